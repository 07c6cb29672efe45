// A part of the models in one scan, in whatever thread: reads their days, then says which have something to say. What it is asked and what it
// answers is plain data.
import type { Db } from '../db/open.ts';
import { expectationFrom, type KnownRates } from './fleet.ts';
import { judgeModel } from './judgeModel.ts';
import type { ModelDays } from './modelDays.ts';
import { type PartSums, type Past, type PastPart, readPart } from './past.ts';
import type { ModelRange, Span } from './span.ts';
import type { SignalRow } from './table.ts';

export interface PartQuestion {
  readonly span: Span;
  readonly signals: readonly SignalRow[];
  readonly range: ModelRange;
}

/** What the whole fleet makes of it, and the models that are wanted in any case. */
export interface JudgeQuestion {
  readonly known: KnownRates;
  /** Places of the part's models in the fleet. */
  readonly places: readonly number[];
  readonly device_days: number;
  readonly wanted: readonly string[];
}

export type LoudModels = readonly { readonly place: number; readonly days: ModelDays }[];

export class ScanPart {
  readonly #question: PartQuestion;
  readonly #part: PastPart;

  private constructor(question: PartQuestion, part: PastPart) {
    this.#question = question;
    this.#part = part;
  }

  static async read(db: Db, question: PartQuestion): Promise<ScanPart> {
    return new ScanPart(question, await readPart(db, question.span, question.signals, question.range));
  }

  /** What the fleet needs to know of the part. */
  get sums(): PartSums {
    const { model_ids, device_days, totals } = this.#part;
    return { model_ids, device_days, totals };
  }

  judge({ known, places, device_days, wanted }: JudgeQuestion): LoudModels {
    const { span, signals } = this.#question;
    const { model_ids, by_model, totals, lifts } = this.#part;
    const fleet = expectationFrom(known, span.days);
    const past: Past = {
      ...span,
      signals,
      model_ids,
      by_model,
      device_days: { all: device_days, by_model: this.#part.device_days },
      totals,
      lifts,
      expectation: { ...fleet, rates: (model, signal) => fleet.rates(places[model] ?? 0, signal) },
    };
    const asked = new Set(wanted);
    return by_model.flatMap((days, own) =>
      asked.has(model_ids[own] ?? '') || judgeModel(past, own).evidence !== null ? [{ place: places[own] ?? 0, days }] : [],
    );
  }
}
