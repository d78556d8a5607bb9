import { BASE_IMAGE_ARGUMENT } from '../contract/image';
import { BUILD_VARIABLES } from '../contract/image-build';

const REPOSITORY = `$${BUILD_VARIABLES.repository}`;
const IMAGE = `"${REPOSITORY}:$${BUILD_VARIABLES.tag}"`;

/** The build specification for a Docker platform such as `linux/arm64`. The project sets its variables. */
export function buildSpec(platform: string): Record<string, unknown> {
  return {
    version: '0.2',
    phases: {
      pre_build: {
        commands: [`aws ecr get-login-password | docker login --username AWS --password-stdin "\${${BUILD_VARIABLES.repository}%%/*}"`],
      },
      build: {
        commands: [
          `docker build --platform ${platform} --build-arg ${BASE_IMAGE_ARGUMENT}="$${BUILD_VARIABLES.baseImage}" --tag ${IMAGE} .`,
          // Tags are immutable: of two concurrent builds, the second push fails, and the image exists.
          `docker push --quiet ${IMAGE} || { echo 'Not pushed: looking whether the image is there already'; docker manifest inspect ${IMAGE} > /dev/null; }`,
        ],
      },
    },
  };
}
