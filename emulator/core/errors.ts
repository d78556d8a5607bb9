/** Error codes of the emulator. */
export type EmulatorErrorCode =
  /** The folder is not a cloud assembly, or does not contain the stack. */
  | 'ASSEMBLY_UNREADABLE'
  /** The template uses a feature that the emulator does not support; the message names the logical id. */
  | 'RESOURCE_UNSUPPORTED'
  /** An intrinsic function cannot be resolved; the message names the logical id. */
  | 'INTRINSIC_UNRESOLVED'
  /** AWS would reject the resource; the message names the logical id. */
  | 'RESOURCE_REFUSED'
  /** An update failed, and so did its rollback: the stack is in an unknown state. */
  | 'ROLLBACK_FAILED'
  /** A custom resource failed or did not respond. */
  | 'CUSTOM_RESOURCE_FAILED'
  /** The emulator cannot run the image: the Dockerfile or the entry point is missing. */
  | 'IMAGE_UNSUPPORTED'
  /** No `redis-server` with TLS is installed. */
  | 'REDIS_MISSING'
  /** Bubblewrap is not installed, or may not create namespaces. */
  | 'SANDBOX_MISSING'
  /** The requested port is in use. */
  | 'PORT_IN_USE'
  /** The output of the bundle task is missing. */
  | 'NOT_BUILT'
  /** An option is invalid; the message names the rule. */
  | 'OPTION_INVALID'
  /** Synthesis of the app failed. */
  | 'SYNTHESIS_FAILED';

/** An error of the emulator, with a code from a closed list. */
export class EmulatorError extends Error {
  public constructor(public readonly code: EmulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmulatorError';
  }
}
