// The first page of the day: what waits for this person, by role. Every count is the length of the list it opens.
import type { Child } from 'hono/jsx';
import { newPages, page, show } from '../web/page.tsx';
import { PageHead } from '../web/parts.tsx';
import { cardsFor } from './home.ts';
import { homeWords } from './homeWords.ts';

export const homePages = newPages();

page(homePages, '/', 'self:read', async (c) => {
  const w = homeWords(c.var.locale);
  const cards = await cardsFor(c.var.ctx);
  return show(
    c,
    { title: w.home, nav: '/' },
    <>
      <PageHead title={w.greeting(c.var.ctx.actor.name)} />
      <div class="cards" id="home">
        {cards.map((card) => (
          <a class={`card ${card.count > 0 ? card.tone : ''}`} href={card.path}>
            <h2>{w[card.name]}</h2>
            <p class="big">{count(card.count)}</p>
          </a>
        ))}
      </div>
      {cards.length === 0 ? <p class="empty">{w.nothing}</p> : null}
    </>,
  );
});

const count = (value: number): Child => value.toLocaleString('en-GB');
