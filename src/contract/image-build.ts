/** CloudFormation type of the resource that builds the image with CodeBuild. */
export const IMAGE_BUILD_RESOURCE_TYPE = 'Custom::LibreChatImage';

/** Folder below the root of the package with the code of the resource's handler. */
export const IMAGE_BUILDER_FOLDER = 'assets/image-builder';

/** Properties of that resource. */
export const IMAGE_BUILD_PROPERTIES = {
  /** Name of the CodeBuild project. */
  project: 'Project',
  /** Account ID of the repository. */
  registry: 'Registry',
  /** Name of the repository. */
  repository: 'Repository',
  /** Tag of the image: a hash of all inputs of the build. */
  tag: 'Tag',
} as const;

/** Attributes of the resource for `Fn::GetAtt`. */
export const IMAGE_BUILD_ATTRIBUTES = {
  /** Digest of the image without the prefix `sha256:`. */
  sha256: 'Sha256',
} as const;

/** Environment variables of the builds. */
export const BUILD_VARIABLES = {
  /** URI of the repository. */
  repository: 'REPOSITORY_URI',
  /** Tag of the image. */
  tag: 'IMAGE_TAG',
  /** Value of the build argument `BASE_IMAGE_ARGUMENT`. */
  baseImage: 'LIBRECHAT_IMAGE',
} as const;

/** Timeouts of a build in the queue and while it runs, in minutes. CloudFormation waits for one hour at most. */
export const BUILD_LIMITS_MINUTES = { queued: 15, running: 30 } as const;
