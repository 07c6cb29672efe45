// What the ingest needs of a logger: pino's face, so that tests and the worker may bring their own.
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
