import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';

export interface ManagedRuntimeProps {
  /** Such as nodejs22.x. */
  readonly runtime: string;
  /** Such as index.handler. */
  readonly handler: string;
  /** Folder of the function's code, once `prepare` has been called. */
  readonly folder: string;
  /** Folder that all functions share, as /var/runtime on Lambda. */
  readonly runtimeFolder: string;
  /** Extracts the code into its folder. */
  readonly unpack: () => void;
}

const BOOTSTRAP = join(__dirname, 'node-runtime.mjs');

/** Scopes of the packages that the runtime includes. */
const SCOPES = ['@aws-sdk', '@smithy'];

/** The command of a function with a managed Node.js runtime. It runs on this process's Node.js, regardless of the function's version. */
export function managedRuntime({ runtime, handler, folder, runtimeFolder, unpack }: ManagedRuntimeProps) {
  const packages = join(runtimeFolder, 'node_modules');
  return {
    command: [process.execPath, BOOTSTRAP],
    cwd: folder,
    environment: {
      _HANDLER: handler,
      AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
      LAMBDA_TASK_ROOT: folder,
      LAMBDA_RUNTIME_DIR: runtimeFolder,
      NODE_PATH: packages,
      // Ignores the SDK configuration of this machine's user.
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      // The warning is about this machine's Node.js, not the function's.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
    prepare: () => {
      unpack();
      linkPackages(packages);
    },
  };
}

/** Links the packages of this project that Lambda includes too. Functions must not find other ones. */
function linkPackages(folder: string): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: true });
  const installed = join(dirname(require.resolve('@aws-sdk/client-s3/package.json')), '../..');
  for (const scope of SCOPES) symlinkSync(join(installed, scope), join(folder, scope));
}
