import { setTimeout as sleep } from 'node:timers/promises';
import type { Mongoose } from 'mongoose';
import { DatabaseError } from './messages';
import { messageOf } from '../../shared/log';

/** Codes of MongoDB for a user or password that it rejects: AuthenticationFailed, and Atlas' own. */
const DENIED = [18, 8000];

/** Fields of errors of the driver. */
interface DriverError extends Error {
  readonly code?: number | string;
  readonly reason?: { readonly servers?: ReadonlyMap<string, { readonly error?: Error | null }> };
}

/** Connects as soon as the database can be reached. Waiting does not help against a wrong address or password. */
export async function connect(mongoose: Mongoose, uri: string, waitMs: number, retryMs: number): Promise<void> {
  const until = performance.now() + waitMs;
  for (;;) {
    try {
      await mongoose.connect(uri, { autoIndex: false, autoCreate: false, serverSelectionTimeoutMS: Math.min(5_000, waitMs) });
      return;
    } catch (error) {
      const failure = failureOf(error as DriverError);
      if (failure.problem !== 'unreachable' || performance.now() + retryMs > until) throw failure;
      await mongoose.disconnect();
      await sleep(retryMs);
    }
  }
}

function failureOf(error: DriverError): DatabaseError {
  const causes = [error, ...[...error.reason?.servers?.values() ?? []].flatMap((server) => (server.error ? [server.error as DriverError] : []))];
  const denied = causes.find(({ code, message }) => DENIED.includes(Number(code)) || /auth\w* failed|Unsupported mechanism/i.test(message));
  if (denied) return new DatabaseError(`the database rejects the credentials: ${messageOf(denied)}`, 'credentials');
  const messages = [...new Set(causes.map(messageOf))].join(': ');
  return new DatabaseError(messages, /Parse|Argument|URI/.test(error.name) ? 'address' : 'unreachable');
}
