/** Error codes of the emulator. */
export type EmulatorErrorCode =
  /** The folder that was given is not a cloud assembly, or the stack is not in it. */
  | 'ASSEMBLY_UNREADABLE'
  /** The template holds something that the emulator does not support; the message names the logical id. */
  | 'RESOURCE_UNSUPPORTED'
  /** An intrinsic function cannot be resolved; the message names the logical id. */
  | 'INTRINSIC_UNRESOLVED'
  /** AWS would refuse the resource; the message names the logical id. */
  | 'RESOURCE_REFUSED'
  /** An update failed, and so did its rollback: the stack is in an unknown state. */
  | 'ROLLBACK_FAILED'
  /** A custom resource failed or did not respond. */
  | 'CUSTOM_RESOURCE_FAILED'
  /** The emulator cannot run the image: no Dockerfile, or an entry point that is not in it. */
  | 'IMAGE_UNSUPPORTED'
  /** No `redis-server` with TLS is installed. */
  | 'REDIS_MISSING'
  /** Bubblewrap is not installed, or may not create namespaces. */
  | 'SANDBOX_MISSING'
  /** The port that was asked for is taken. */
  | 'PORT_IN_USE'
  /** What the bundle task builds is not there. */
  | 'NOT_BUILT'
  /** An option must follow a rule that it does not follow. */
  | 'OPTION_INVALID'
  /** Synthesis of the app failed. */
  | 'SYNTHESIS_FAILED';

/** A refusal of the emulator, with a reason from a closed list. */
export class EmulatorError extends Error {
  public constructor(public readonly code: EmulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmulatorError';
  }
}
