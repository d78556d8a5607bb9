import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';

export interface ManagedRuntimeProps {
  /** Such as nodejs22.x. */
  readonly runtime: string;
  /** Such as index.handler. */
  readonly handler: string;
  /** Where the function's code is found once `prepare` has been called. */
  readonly folder: string;
  /** What all functions share: what is /var/runtime on Lambda. */
  readonly runtimeFolder: string;
  /** Puts the code into its folder. */
  readonly unpack: () => void;
}

const BOOTSTRAP = join(__dirname, 'node-runtime.mjs');

/** The packages that the runtime brings along. */
const SCOPES = ['@aws-sdk', '@smithy'];

/** How a function of a managed Node.js runtime is run: by the Node.js of this process, whatever version the function asks for. */
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
      // The SDK would read what the user of this machine has set up.
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      // About the Node.js of this machine, which is not the function's.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
    prepare: () => {
      unpack();
      providePackages(packages);
    },
  };
}

/** Links to those packages of this project that Lambda has too, and to no others: a function may not find more than there. */
function providePackages(folder: string): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: true });
  const installed = join(dirname(require.resolve('@aws-sdk/client-s3/package.json')), '../..');
  for (const scope of SCOPES) symlinkSync(join(installed, scope), join(folder, scope));
}
