// Where messages come from: a device's connection, the link to a broker, or the store itself.

/** Who delivered a message and wants to hear that it is safe. */
export interface Source {
  acknowledge(ids: readonly number[]): void;
  /** Called when the pipeline is full, and when it has room again. */
  pause(): void;
  resume(): void;
}

/** The source of a will, a replay or an import: nobody waits for an acknowledgement. */
export const nobody: Source = { acknowledge: () => {}, pause: () => {}, resume: () => {} };
