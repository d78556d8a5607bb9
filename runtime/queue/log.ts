type Write = (event: string, fields?: Record<string, unknown>) => void;

/** Where the queue reports what an operator must know. Fields are names and numbers, never content. */
export interface QueueLog {
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}
