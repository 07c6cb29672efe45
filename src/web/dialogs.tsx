// The two dialogs every signed-in page carries: the command palette and the list of keys.
import { speak } from '../core/words.ts';
import type { AppContext } from './env.ts';
import { navigation } from './nav.ts';
import { words } from './words.ts';

export function Dialogs({ c }: { c: AppContext }) {
  const w = words(c.var.locale);
  const keys: readonly (readonly [string, string])[] = [
    ['Ctrl K', w.key_palette],
    ['/', w.search],
    ['s', w.key_scan],
    ['j k', w.key_rows],
    ['x', w.key_select],
    ['e', w.key_edit],
    ['a', w.key_act],
    ['o', w.key_ok],
    ['l', w.key_label],
    ['Ctrl Enter', w.key_submit],
    ['Enter', w.key_open],
    ['?', w.key_help],
  ];
  return (
    <>
      <dialog id="palette" aria-label={w.key_palette}>
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-label={w.search}
          placeholder={w.search_hint}
          autocomplete="off"
        />
        <ul id="palette-list" role="listbox" aria-label={w.results} />
      </dialog>
      <dialog id="keys" aria-label={w.keys}>
        <h2>{w.keys}</h2>
        <dl class="facts">
          {keys.map(([key, does]) => (
            <div>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
          {navigation.map(({ key, label }) => (
            <div>
              <dt>
                <kbd>g {key}</kbd>
              </dt>
              <dd>{speak(label, c.var.locale)}</dd>
            </div>
          ))}
        </dl>
        <form method="dialog">
          <button type="submit">{w.close}</button>
        </form>
      </dialog>
    </>
  );
}
