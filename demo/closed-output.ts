import { closeSync, constants, fstatSync, openSync } from 'node:fs';

const STANDARD_OUTPUT = 1;
const PERIOD_MS = 500;

/** Calls `act` once nobody reads standard output any more. On Linux that is noticed without a write. */
export function onClosedOutput(act: () => void): void {
  process.stdout.on('error', act);
  if (!fstatSync(STANDARD_OUTPUT).isFIFO()) return;
  const timer = setInterval(() => {
    if (hasReader()) return;
    clearInterval(timer);
    act();
  }, PERIOD_MS).unref();
}

/** A pipe without a reader cannot be opened for writing once more. */
function hasReader(): boolean {
  try {
    closeSync(openSync(`/proc/self/fd/${STANDARD_OUTPUT}`, constants.O_WRONLY + constants.O_NONBLOCK));
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENXIO';
  }
}
