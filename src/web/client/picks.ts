// Selected rows of a list: their number, and all of them at once. Selecting itself is plain HTML.
export function watchPicks(): void {
  // On the document: live lists bring new boxes.
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    if (target.dataset.pickAll !== undefined) for (const box of boxes()) box.checked = target.checked;
    if (target.dataset.pickAll !== undefined || target.matches('.pick')) countPicks();
  });
  // Back brings the selection with it.
  addEventListener('pageshow', countPicks);
  countPicks();
}

const boxes = (): HTMLInputElement[] => [...document.querySelectorAll<HTMLInputElement>('.pick')];

export function countPicks(): void {
  const all = document.querySelector<HTMLInputElement>('[data-pick-all]');
  const picked = document.querySelector('[data-picked]');
  if (all === null || picked === null) return;
  const chosen = boxes().filter(({ checked }) => checked).length;
  picked.textContent = String(chosen);
  all.hidden = false;
  all.checked = chosen === boxes().length;
  all.indeterminate = chosen > 0 && chosen < boxes().length;
}
