/**
 * Resolves when the output has been read that a process wrote before the call or exit that is being handled. Both arrive in the same turn of the
 * event loop, in any order.
 */
export function outputRead(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
