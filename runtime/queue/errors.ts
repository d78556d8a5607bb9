/** Redis cannot be reached, or does not reply. */
export class RedisUnreachable extends Error {
  public readonly name = 'RedisUnreachable';
}

/** Redis rejects the user name or password, also after they were read once more. */
export class RedisDenied extends Error {
  public readonly name = 'RedisDenied';
}

/** Redis refuses a command that the protocol needs. */
export class RedisUnsuitable extends Error {
  public readonly name = 'RedisUnsuitable';

  public constructor(public readonly command: string, public readonly required: string, reply: string) {
    super(`Redis refuses ${command}: ${reply}; required: ${required}`);
  }
}

/** The connection broke, or was thrown away: whether the command was executed is unknown. */
export class ConnectionLost extends Error {
  public readonly name: string = 'ConnectionLost';
}

/** The command was not executed: there was no connection, or Redis could not execute it on this one. */
export class NotExecuted extends ConnectionLost {
  public readonly name = 'NotExecuted';
}

/** Any other error reply. */
export class RedisError extends Error {
  public readonly name = 'RedisError';
}

/** A response that had begun and does not go on. */
export class ResponseBroken extends Error {
  public readonly name = 'ResponseBroken';
}

/** Errors that a new connection does not remedy. */
export function isFinal(error: unknown): boolean {
  return error instanceof RedisUnsuitable || error instanceof RedisDenied;
}

/** The event that a log line reports the error as. */
export function eventOf(error: unknown): string {
  if (error instanceof RedisUnsuitable) return 'redis-unsuitable';
  if (error instanceof RedisDenied) return 'redis-denied';
  return error instanceof RedisError ? 'redis-error' : 'redis-unreachable';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const VERSION = 'Redis 6.2 or newer, or Valkey';
const ONE_SHARD = 'a Redis without cluster mode, or a cluster with one shard';

/** The first word of replies that say that this connection is of no use, and another one may be. */
const TRANSIENT = /^(READONLY|LOADING|UNBLOCKED|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|MISCONF)\b/;

/** What an error reply to a command means. */
export function replyError(command: string, message: string): Error {
  if (TRANSIENT.test(message)) return new NotExecuted(message);
  if (isDenial(message)) return new RedisDenied(message);
  if (/\b(MOVED|ASK|CROSSSLOT)\b/.test(message)) return new RedisUnsuitable(command, ONE_SHARD, message);
  if (/NOPERM/.test(message)) return new RedisUnsuitable(command, 'a user that may run this command', message);
  if (/unknown.*command|syntax error|wrong number of arguments|timeout is not an integer/i.test(message)) return new RedisUnsuitable(command, VERSION, message);
  return new RedisError(`${command}: ${message}`);
}

export function isDenial(message: string): boolean {
  return /^(NOAUTH|WRONGPASS)\b|invalid password|invalid username-password/i.test(message);
}
