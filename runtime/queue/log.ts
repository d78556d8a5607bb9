type Write = (event: string, fields?: Record<string, unknown>) => void;

/** Log for warnings and errors of the queue. Fields are names and numbers, never content. */
export interface QueueLog {
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}
