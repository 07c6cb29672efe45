// Selected rows of a list: their number, and all of them at once. Selecting itself is plain HTML.
export function countPicks(): void {
  const all = document.querySelector<HTMLInputElement>('[data-pick-all]');
  const picked = document.querySelector('[data-picked]');
  if (all === null || picked === null) return;
  const boxes = [...document.querySelectorAll<HTMLInputElement>('.pick')];
  const count = () => {
    const chosen = boxes.filter(({ checked }) => checked).length;
    picked.textContent = String(chosen);
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  all.hidden = false;
  all.addEventListener('change', () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  for (const box of boxes) box.addEventListener('change', count);
  // Back brings the selection with it.
  addEventListener('pageshow', count);
}
