/** Redis cannot be reached, or does not reply. */
export class RedisUnreachable extends Error {
  public readonly name = 'RedisUnreachable';
}

/** Redis rejects the user name or password, even after they were read again. */
export class RedisDenied extends Error {
  public readonly name = 'RedisDenied';
}

/** Redis rejects a command that the protocol requires. */
export class RedisUnsuitable extends Error {
  public readonly name = 'RedisUnsuitable';

  public constructor(public readonly command: string, public readonly required: string, reply: string) {
    super(`Redis refuses ${command}: ${reply}; required: ${required}`);
  }
}

/** The connection was lost or dropped, so it is unknown whether the command was executed. */
export class ConnectionLost extends Error {
  public readonly name: string = 'ConnectionLost';
}

/** The command was not executed: there was no connection, or Redis rejected it temporarily. */
export class NotExecuted extends ConnectionLost {
  public readonly name = 'NotExecuted';
}

/** Any other error reply. */
export class RedisError extends Error {
  public readonly name = 'RedisError';
}

/** The response was interrupted after it had begun. */
export class ResponseBroken extends Error {
  public readonly name = 'ResponseBroken';
}

/** Errors that a new connection does not resolve. */
export function isFinal(error: unknown): boolean {
  return error instanceof RedisUnsuitable || error instanceof RedisDenied;
}

/** The event name for the log line of an error. */
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

/** First words of error replies after which a new connection may succeed. */
const TRANSIENT = /^(READONLY|LOADING|UNBLOCKED|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|MISCONF)\b/;

/** The error for an error reply to a command. */
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
