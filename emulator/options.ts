import type { Sandbox } from './services/lambda/sandbox';

/** Options of the emulator. */
export interface EmulatorOptions {
  /** The cloud assembly: the output folder of `cdk synth`. */
  readonly assembly: string;
  /**
   * The stack to run: its name, its id in the assembly, or its path with stages, such as `Prod/Chat`. It runs in the account and region of its
   * `env`, or else in 123456789012 and us-east-1.
   *
   * @default the only stack with a CloudFront distribution
   */
  readonly stack?: string;
  /**
   * A built LibreChat: a folder with `api/server/index.js` and `client/dist`.
   *
   * @default the stand-in that the bundle task builds
   */
  readonly librechat?: string;
  /**
   * The port on 127.0.0.1; 0 selects any free port. A given port must be free.
   *
   * @default 8080, or the next free port
   */
  readonly port?: number;
  /**
   * Serve HTTPS, with HTTP/2 or HTTP/1.1, and a self-signed certificate. Over HTTP/1.1, a browser sends six requests at a time.
   *
   * @default false - plain HTTP/1.1
   */
  readonly tls?: boolean;
  /** Values of secrets and parameters that exist outside of the stack, by name or ARN. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Buckets that exist outside of the stack: the folder with the objects, by bucket name. An empty string creates an empty bucket. */
  readonly buckets?: Readonly<Record<string, string>>;
  /** Names of ECR repositories that exist outside of the stack; they are empty. */
  readonly repositories?: readonly string[];
  /** CA certificates in PEM, for servers outside of the stack, which functions trust besides AWS's own. */
  readonly trustedAuthorities?: readonly string[];
  /** Connection string of a MongoDB that replaces the stack's database. */
  readonly mongoUri?: string;
  /** Variables to add to, or to override in, the LibreChat function. */
  readonly environment?: Readonly<Record<string, string>>;
  /** @default 'auto' */
  readonly sandbox?: Sandbox;
  /** Divides every time limit of the platform: with 100, 120 s take 1.2 s. @default 1 */
  readonly timeScale?: number;
  /**
   * Time that Lambda takes to pass an invocation to an execution environment, in milliseconds; divided by `timeScale`.
   *
   * @default 10
   */
  readonly invocationLatencyMs?: number;
  /** Limit streamed responses to Lambda's bandwidth: 6 MiB at once, then 2 MiB per second. @default false */
  readonly responseBandwidth?: boolean;
  /**
   * The account's quota of concurrent executions. New accounts may have 10.
   *
   * @default 1000
   */
  readonly concurrencyQuota?: number;
  /** Values for parameters of the template without a default. */
  readonly parameters?: Readonly<Record<string, string>>;
}
