import type { AccountConcurrency } from './account-concurrency';
import type { LinkedFolder } from './image-links';
import type { ResponseBandwidth } from './response-bandwidth';
import type { Sandbox } from './sandbox';
import type { InvocationEnd } from './streamed-body';
import type { Credentials } from '../../core/credentials';
import type { EnvironmentPhase } from '../../core/events';

/** Properties of an emulated Lambda function. */
export interface LambdaFunctionProps {
  readonly name: string;
  /** The complete command, including the program. */
  readonly command: string[];
  readonly cwd: string;
  /** Variables that are known only when an environment starts. */
  readonly startEnvironment?: () => Record<string, string>;
  /** Only the declared variables; those of the platform are added. */
  readonly environment: Record<string, string>;
  /** Variables that the emulation needs, such as AWS_ENDPOINT_URL. They do not count as declared. */
  readonly emulation?: Record<string, string>;
  readonly timeoutMs: number;
  /** @default 10_000 */
  readonly initTimeoutMs?: number;
  /** @default - unreserved: the account's concurrency */
  readonly reservedConcurrency?: number;
  /** The account's concurrency. @default - a quota of 1000 for this function alone */
  readonly account?: AccountConcurrency;
  /** Delay between a call and its execution environment, in emulated milliseconds. @default 0 */
  readonly latencyMs?: number;
  /** Whether Lambda stops recursive loops of the function. @default true */
  readonly stopsLoops?: boolean;
  /** In MB. @default 128 */
  readonly memorySize?: number;
  /** @default x86_64 */
  readonly architecture?: 'arm64' | 'x86_64';
  /** Whether the code is a container image. @default false */
  readonly isImage?: boolean;
  /** Name of the log group. @default derived from the name */
  readonly logGroup?: string;
  /** @default us-east-1 */
  readonly region?: string;
  /** @default derived from region and name */
  readonly arn?: string;
  /** Credentials of the execution role. @default generated */
  readonly credentials?: Credentials;
  /** Parent of environments' temporary folders. @default the system's */
  readonly folder?: string;
  /** @default 'none' */
  readonly sandbox?: Sandbox;
  /** Links in the image; only a sandbox can create them. */
  readonly linked?: LinkedFolder;
  /** Runs once, before the first environment with these properties starts; extracts code, for example. */
  readonly prepare?: () => void;
  /** Creates the bandwidth limit of a streamed response. @default unlimited */
  readonly bandwidth?: () => ResponseBandwidth;
  /** Scales a platform duration to emulated milliseconds. @default unchanged */
  readonly limit?: (milliseconds: number) => number;
  readonly onLog?: (line: string, environmentId: number, stream: 'stdout' | 'stderr') => void;
  readonly onPhase?: (phase: EnvironmentPhase, environmentId: number, detail?: string) => void;
  /** Called when an invocation has begun, with the number of those that are running. */
  readonly onStarted?: (concurrency: number) => void;
  /** Called when an environment has processed an event, with the duration in milliseconds, which does not include the initialization. */
  readonly onProcessed?: (milliseconds: number) => void;
  /** Called when an invocation is throttled. */
  readonly onThrottled?: () => void;
  /** Called at the end of an invocation. */
  readonly onFinished?: (end: InvocationEnd) => void;
  /** Called when an asynchronous event failed and will be retried. */
  readonly onRetry?: (reason: string) => void;
  /** Called when an asynchronous event is discarded. */
  readonly onDropped?: (reason: string) => void;
}
