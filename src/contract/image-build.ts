/** CloudFormation type of the resource that has the image built in the account. */
export const IMAGE_BUILD_RESOURCE_TYPE = 'Custom::LibreChatImage';

/** The folder below the package's root with the code of the function behind that resource. */
export const IMAGE_BUILDER_FOLDER = 'assets/image-builder';

/** Properties of that resource. */
export const IMAGE_BUILD_PROPERTIES = {
  /** Name of the CodeBuild project, which knows what to build and where to push it. */
  project: 'Project',
  /** Account of the repository. */
  registry: 'Registry',
  /** Name of the repository. */
  repository: 'Repository',
  /** The tag that the project pushes under: a hash of all that the image is made of. */
  tag: 'Tag',
} as const;

/** What that resource gives to `Fn::GetAtt`. */
export const IMAGE_BUILD_ATTRIBUTES = {
  /** Digest of the image, without `sha256:` before it. */
  sha256: 'Sha256',
} as const;

/** Environment variables of the builds. */
export const BUILD_VARIABLES = {
  /** URI of the repository. */
  repository: 'REPOSITORY_URI',
  /** The tag to push under. */
  tag: 'IMAGE_TAG',
  /** The base image, as `BASE_IMAGE_ARGUMENT` takes it. */
  baseImage: 'LIBRECHAT_IMAGE',
} as const;

/** How long one build may wait for its turn, and how long it may run, in minutes. CloudFormation waits for an hour at most. */
export const BUILD_LIMITS_MINUTES = { queued: 15, running: 30 } as const;
