/**
 * The response stream of Lambda's Node.js runtime: it has some methods of a writable stream, but is none.
 * @see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
interface LambdaResponseStream {
  readonly destroyed: boolean;
  readonly writableFinished: boolean;
  /** False: wait for `drain`. */
  write(chunk: Buffer | string): boolean;
  end(): void;
  on(event: 'drain' | 'close' | 'finish' | 'error', listener: () => void): unknown;
  once(event: 'drain' | 'close' | 'finish', listener: () => void): unknown;
  off(event: 'drain' | 'close' | 'finish', listener: () => void): unknown;
}

interface LambdaContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

type StreamingHandler = (event: unknown, out: LambdaResponseStream, context: LambdaContext) => Promise<void>;

declare const awslambda: {
  streamifyResponse(handler: StreamingHandler): StreamingHandler;
  HttpResponseStream: {
    /** The metadata is sent with the first `write`, and is lost without one. */
    from(out: LambdaResponseStream, metadata: object): LambdaResponseStream;
  };
};
