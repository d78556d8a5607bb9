declare module 'redis-parser' {
  /** Splits a byte stream into RESP values. */
  export default class RedisParser {
    constructor(options: {
      returnReply(reply: unknown): void;
      returnError(error: Error): void;
      returnFatalError?(error: Error): void;
      returnBuffers?: boolean;
    });

    execute(data: Buffer): void;
  }
}
