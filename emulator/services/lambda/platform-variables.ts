import type { Credentials } from '../../core/credentials';

/** Values of the variables that Lambda sets. */
export interface PlatformProps {
  readonly functionName: string;
  readonly version: string;
  readonly initializationType: 'on-demand' | 'provisioned-concurrency';
  readonly logGroup?: string;
  readonly region: string;
  readonly memorySize: number;
  readonly environmentId: number;
  readonly runtimeApi: string;
  readonly temporary: string;
  readonly credentials: Credentials;
}

/** Names that a function's variables must not have. */
const RESERVED = [
  '_HANDLER', '_X_AMZN_TRACE_ID', 'AWS_DEFAULT_REGION', 'AWS_REGION', 'AWS_EXECUTION_ENV', 'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_LAMBDA_FUNCTION_VERSION', 'AWS_LAMBDA_INITIALIZATION_TYPE', 'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME', 'AWS_ACCESS_KEY', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API', 'LAMBDA_TASK_ROOT', 'LAMBDA_RUNTIME_DIR',
];

/** Of the variables with a leading underscore that an image sets, Lambda passes only these to the processes. */
const UNDERSCORED = ['_HANDLER', '_AWS_XRAY_DAEMON_ADDRESS', '_AWS_XRAY_DAEMON_PORT', '_LAMBDA_TELEMETRY_LOG_FD'];

const MOST_BYTES = 4096;

/** Reason why Lambda would reject these variables, or undefined. */
export function refusalOfVariables(variables: Record<string, string>): string | undefined {
  const reserved = Object.keys(variables).filter((name) => RESERVED.includes(name));
  if (reserved.length) return `\`Environment.Variables\` must not have reserved names, got: ${reserved.join(', ')}`;
  const invalid = Object.keys(variables).filter((name) => !/^[a-zA-Z]\w+$/.test(name));
  if (invalid.length) return `names in \`Environment.Variables\` must match [a-zA-Z]([a-zA-Z0-9_])+, got: ${invalid.join(', ')}`;
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  if (bytes > MOST_BYTES) return `\`Environment.Variables\` must take at most 4 KB together, got: ${bytes} bytes`;
  return undefined;
}

/** The variables that Lambda passes to the processes of a function. */
export function passedVariables(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !name.startsWith('_') || UNDERSCORED.includes(name)));
}

/** The variables that Lambda adds to those of a container function. Of this machine, they contain only the path to its commands. */
export function platformVariables(props: PlatformProps): Record<string, string> {
  return {
    AWS_REGION: props.region,
    AWS_DEFAULT_REGION: props.region,
    AWS_ACCESS_KEY_ID: props.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: props.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: props.credentials.sessionToken,
    AWS_LAMBDA_FUNCTION_NAME: props.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: props.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(props.memorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: props.initializationType,
    AWS_LAMBDA_LOG_GROUP_NAME: props.logGroup ?? `/aws/lambda/${props.functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `emulator/[${props.version}]${props.environmentId}`,
    AWS_LAMBDA_RUNTIME_API: props.runtimeApi,
    LAMBDA_TASK_ROOT: '/var/task',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    TMPDIR: props.temporary,
  };
}
