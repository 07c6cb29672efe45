// The character a key stands for on a US layout, which is what scanners send. `event.key` cannot be trusted while an IME composes.
const SYMBOLS: Readonly<Record<string, readonly [plain: string, shifted: string]>> = {
  Minus: ['-', '_'],
  Equal: ['=', '+'],
  Slash: ['/', '?'],
  Period: ['.', '>'],
  Comma: [',', '<'],
  Semicolon: [';', ':'],
  Quote: ["'", '"'],
  Space: [' ', ' '],
  BracketLeft: ['[', '{'],
  BracketRight: [']', '}'],
  Backslash: ['\\', '|'],
  Digit1: ['1', '!'],
  Digit2: ['2', '@'],
  Digit3: ['3', '#'],
  Digit4: ['4', '$'],
  Digit5: ['5', '%'],
  Digit6: ['6', '^'],
  Digit7: ['7', '&'],
  Digit8: ['8', '*'],
  Digit9: ['9', '('],
  Digit0: ['0', ')'],
};

/** Null for keys that write nothing. */
export function keyText(event: KeyboardEvent): string | null {
  if (!event.isComposing && event.key.length === 1) return event.key;
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  if (letter !== undefined) return event.shiftKey || event.getModifierState('CapsLock') ? letter : letter.toLowerCase();
  const digit = /^(?:Numpad)(\d)$/.exec(event.code)?.[1];
  if (digit !== undefined) return digit;
  return SYMBOLS[event.code]?.[event.shiftKey ? 1 : 0] ?? null;
}
