import type { Sandbox } from './services/lambda/sandbox';

/** What to run, and how. */
export interface EmulatorOptions {
  /** The cloud assembly: the folder that `cdk synth` writes. */
  readonly assembly: string;
  /**
   * The stack to run: its name, its id in the assembly, or its path with stages, such as `Prod/Chat`. It runs in the account and region of its
   * `env`, or else in 123456789012 and us-east-1.
   *
   * @default the only one that holds a CloudFront distribution
   */
  readonly stack?: string;
  /**
   * A built LibreChat: a folder with `api/server/index.js` and `client/dist`.
   *
   * @default the stand-in that the bundle task builds
   */
  readonly librechat?: string;
  /**
   * The port on 127.0.0.1; 0 takes any. One that was asked for and is taken is an error.
   *
   * @default 8080, or the next one that is free
   */
  readonly port?: number;
  /**
   * Serve viewers over HTTPS, with HTTP/2 or HTTP/1.1, and a self-signed certificate. Over HTTP/1.1 a browser sends six requests at a time.
   *
   * @default false - plain HTTP/1.1
   */
  readonly tls?: boolean;
  /** Secrets and parameters that exist outside of the stack: their values by name or ARN. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Buckets that exist outside of the stack: by name, the folder that holds their objects; an empty text makes an empty bucket. */
  readonly buckets?: Readonly<Record<string, string>>;
  /** ECR repositories that exist outside of the stack, by name; they are empty. */
  readonly repositories?: readonly string[];
  /** Certificates of authorities that functions trust besides AWS's own, in PEM: of servers outside of the stack. */
  readonly trustedAuthorities?: readonly string[];
  /** A MongoDB that takes the place of the stack's database. */
  readonly mongoUri?: string;
  /** Variables that are added to those of the function that serves, or replace them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** @default 'auto' */
  readonly sandbox?: Sandbox;
  /** Divides every time limit of the platform: with 100, 120 s are over after 1.2 s. @default 1 */
  readonly timeScale?: number;
  /**
   * The time that Lambda takes to pass an invocation to an execution environment, in milliseconds; divided by `timeScale`.
   *
   * @default 10
   */
  readonly invocationLatencyMs?: number;
  /** Limit streamed responses to Lambda's bandwidth: 6 MiB at once, and 2 MiB a second from then on. @default false */
  readonly responseBandwidth?: boolean;
  /**
   * The account's quota of concurrent executions. New accounts may have 10.
   *
   * @default 1000
   */
  readonly concurrencyQuota?: number;
  /** Values of the template's parameters that have no default. */
  readonly parameters?: Readonly<Record<string, string>>;
}
