import { closeSync, constants, fstatSync, openSync } from 'node:fs';

const STANDARD_OUTPUT = 1;
const PERIOD_MS = 500;

/** Calls `act` when standard output has no reader any more. On Linux, this is detected without a write. */
export function onClosedOutput(act: () => void): void {
  process.stdout.on('error', act);
  if (!fstatSync(STANDARD_OUTPUT).isFIFO()) return;
  const timer = setInterval(() => {
    if (hasReader()) return;
    clearInterval(timer);
    act();
  }, PERIOD_MS).unref();
}

/** A pipe without a reader cannot be opened for writing. */
function hasReader(): boolean {
  try {
    closeSync(openSync(`/proc/self/fd/${STANDARD_OUTPUT}`, constants.O_WRONLY + constants.O_NONBLOCK));
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENXIO';
  }
}
