// What may be done to what a page shows: forms, and links to the pages where it is done.
import type { Child } from 'hono/jsx';
import { Form } from './parts.tsx';

/** A deed behind its own fold, so that the page shows what there is before what one could do. */
export const Deed = ({ action, title, primary, children }: { action: string; title: string; primary?: boolean; children?: Child }) =>
  children === undefined ? (
    <Form action={action} label={title}>
      <button type="submit" class={primary ? 'primary' : undefined}>
        {title}
      </button>
    </Form>
  ) : (
    <details class="deed">
      <summary>{title}</summary>
      <Form action={action} label={title}>
        {children}
        <button type="submit" class={primary ? 'primary' : undefined}>
          {title}
        </button>
      </Form>
    </details>
  );

/** Links that look like buttons, those only that the reader may follow. */
export const DeedLinks = ({ links }: { links: readonly (readonly [allowed: boolean, href: string, label: string])[] }) => (
  <>
    {links.map(([allowed, href, label]) =>
      allowed ? (
        <a class="button" href={href}>
          {label}
        </a>
      ) : null,
    )}
  </>
);
