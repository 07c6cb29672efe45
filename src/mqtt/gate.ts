// What the ingester sees of a broker, its own or an external one.

/** The two ways devices reach us. */
export interface Gate {
  readonly kind: 'embedded' | 'external';
  readonly state: string;
  readonly reason: string | null;
  readonly port: number | null;
  readonly clients: number | null;
  readonly refused: number | null;
  readonly held_off: number | null;
  publish(topic: string, payload: string): Promise<void>;
  close(): Promise<void> | void;
}
