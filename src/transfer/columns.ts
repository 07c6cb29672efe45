// How the cells of a CSV column are read: codes, texts, whole numbers, days, choices. A reader returns the value or, as data, what is wrong with the cell.
import { Temporal } from 'temporal-polyfill';
import { cleanIdentifier } from '../core/identifier.ts';
import { isDay } from '../core/time.ts';
import type { Bilingual } from '../core/words.ts';

/** What is wrong with a cell. */
export class CellFault {
  readonly words: Bilingual;
  constructor(words: Bilingual) {
    this.words = words;
  }
}

export interface Column<T> {
  readonly required: boolean;
  /** What belongs into the column, for the page and the docs. */
  readonly hint: Bilingual;
  /** Gets a trimmed cell that is not empty. */
  readonly read: (cell: string) => T | CellFault;
}

type Required<T> = Column<T> & { readonly required: true };
export const required = <T>(column: Column<T>): Required<T> => ({ ...column, required: true });

/** Full-width digits and letters as spreadsheets and IMEs write them become plain ones. */
const plain = (cell: string): string => cell.normalize('NFKC').trim();

const tooLong = (max: number): CellFault => new CellFault([`Longer than ${max} characters`, `${max}文字を超えています`]);

/** Free text, kept as written. */
export const text = (max: number): Column<string> => ({
  required: false,
  hint: [`text, up to ${max} characters`, `文字列（${max}文字まで）`],
  read: (cell) => (cell.length > max ? tooLong(max) : cell),
});

/** A business key: NFKC, no blanks around. */
export const code = (max = 64): Column<string> => ({
  required: false,
  hint: [`code, up to ${max} characters`, `コード（${max}文字まで）`],
  read: (cell) => {
    const value = plain(cell);
    return value.length > max ? tooLong(max) : value;
  },
});

/** Several codes, parted by blanks, `;`, `,`, `|` or `、`. */
export const codes = (max = 20): Column<readonly string[]> => ({
  required: false,
  hint: [`codes parted by ; (up to ${max})`, `コードを ; 区切りで（${max}件まで）`],
  read: (cell) => {
    const all = plain(cell)
      .split(/[\s;,|、]+/u)
      .filter((part) => part !== '');
    return all.length > max ? new CellFault([`More than ${max} codes`, `${max}件を超えています`]) : all;
  },
});

/** A serial number or other identifier, cleaned as a scan is. */
export const identifier = (max = 64): Column<string> => ({
  required: false,
  hint: ['as on the label', 'ラベルの表記どおり'],
  read: (cell) => {
    const value = cleanIdentifier(cell);
    if (value === '') return new CellFault(['Not an identifier', '識別番号として読めません']);
    return value.length > max ? tooLong(max) : value;
  },
});

export const wholeNumber = (min: number, max: number): Column<number> => ({
  required: false,
  hint: [`whole number ${min}–${max}`, `整数 ${min}〜${max}`],
  read: (cell) => {
    const value = plain(cell).replace(/,/g, '');
    if (!/^-?\d{1,15}$/.test(value)) return new CellFault([`Not a whole number: ${cell}`, `整数ではありません: ${cell}`]);
    return Number(value) < min || Number(value) > max
      ? new CellFault([`Must lie between ${min} and ${max}`, `${min}〜${max}の範囲で指定してください`])
      : Number(value);
  },
});

export const decimal = (): Column<number> => ({
  required: false,
  hint: ['number', '数値'],
  read: (cell) => {
    const value = Number(plain(cell).replace(/,/g, ''));
    return Number.isFinite(value) ? value : new CellFault([`Not a number: ${cell}`, `数値ではありません: ${cell}`]);
  },
});

/** A file names few days many times. */
const days = new Map<string, string>();
const DAYS_KEPT = 20_000;

/** `2026-01-02`, `2026/1/2`, `2026.1.2`, `2026年1月2日`, in full-width digits too. */
export const day = (): Column<string> => ({
  required: false,
  hint: ['day: 2026-01-02 or 2026/1/2', '日付: 2026-01-02 または 2026/1/2'],
  read: (cell) => {
    const known = days.get(cell);
    if (known !== undefined) return known;
    const match = /^(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?(?:[ T]0?0:00(?::00(?:\.0+)?)?Z?)?$/u.exec(plain(cell));
    const value = match === null ? '' : `${match[1]}-${match[2]?.padStart(2, '0')}-${match[3]?.padStart(2, '0')}`;
    if (!isDay(value)) return new CellFault([`Not a day: ${cell}`, `日付として読めません: ${cell}`]);
    if (days.size < DAYS_KEPT) days.set(cell, value);
    return value;
  },
});

/** An instant: RFC 3339 with an offset, or epoch milliseconds. */
export const instant = (): Column<number> => ({
  required: false,
  hint: ['instant: 2026-01-02T03:04:05Z or epoch milliseconds', '日時: 2026-01-02T03:04:05Z またはミリ秒'],
  read: (cell) => {
    const value = plain(cell);
    const at = /^\d{11,14}$/.test(value) ? Number(value) : /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:?\d{2})$/.test(value) ? Date.parse(value) : Number.NaN;
    return Number.isNaN(at) ? new CellFault([`Not an instant: ${cell}`, `日時として読めません: ${cell}`]) : at;
  },
});

/** An instant, or a time on the wall as spreadsheets and other desks write it (`2026/1/2 9:05`): `instantIn` makes an instant of it. */
export const moment = (): Column<number | Temporal.PlainDateTime> => ({
  required: false,
  hint: ['instant: 2026-01-02T03:04:05Z, or local time: 2026/1/2 9:05', '日時: 2026/1/2 9:05（業務タイムゾーン）または 2026-01-02T03:04:05Z'],
  read: (cell) => {
    const match = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$/.exec(plain(cell));
    if (match === null) return instant().read(cell);
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map((part) => Number(part ?? 0));
    try {
      return Temporal.PlainDateTime.from({ year, month, day, hour, minute, second }, { overflow: 'reject' });
    } catch {
      return new CellFault([`Not an instant: ${cell}`, `日時として読めません: ${cell}`]);
    }
  },
});

/** The instant a cell of `moment` means where the clocks are those of `zone`. */
export const instantIn = (value: number | Temporal.PlainDateTime, zone: string): number =>
  typeof value === 'number' ? value : value.toZonedDateTime(zone).epochMilliseconds;

/** One of a list of words. */
export const oneOf = <const W extends string>(words: readonly W[]): Column<W> => ({
  required: false,
  hint: [`one of ${words.join(', ')}`, `次のいずれか: ${words.join('、')}`],
  read: (cell) =>
    words.find((word) => word === plain(cell).toLowerCase()) ??
    new CellFault([`Not one of ${words.join(', ')}: ${cell}`, `次のいずれかにしてください: ${words.join('、')}`]),
});
