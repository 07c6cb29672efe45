/** The fields of answers that tests look at; which of them an answer has depends on the route. */
export interface Reading {
  readonly id: string;
  readonly state: string;
  readonly serial: string;
  readonly detail: string;
  readonly blocking: string;
  readonly fingerprint: string;
  readonly claimed_amount: number;
  readonly accepted_amount: number | null;
  readonly settled_amount: number | null;
  readonly reason: string | null;
  readonly errors: readonly { readonly path: string }[];
  readonly items: readonly Reading[];
  readonly lines: readonly Reading[];
  readonly samples: readonly Reading[];
  readonly exchanges: readonly Reading[];
  readonly cohorts: readonly { readonly batch_code: string | null }[];
  readonly links: readonly { readonly kind: string; readonly label: string; readonly path: string | null }[];
  readonly frozen: Readonly<Record<string, number | null>>;
}

export async function read(response: Response | Promise<Response>): Promise<Reading> {
  // A field that is missing fails the expectation that asks for it.
  return (await (await response).json()) as Reading;
}
