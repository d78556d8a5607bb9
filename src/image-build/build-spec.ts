import { BASE_IMAGE_ARGUMENT } from '../contract/image';
import { BUILD_VARIABLES } from '../contract/image-build';

const REPOSITORY = `$${BUILD_VARIABLES.repository}`;
const IMAGE = `"${REPOSITORY}:$${BUILD_VARIABLES.tag}"`;

/** What a build does, for a Docker platform such as `linux/arm64`. Its variables come from the project. */
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
          // Tags are immutable: whoever pushes second is refused, and has what was asked for.
          `docker push --quiet ${IMAGE} || { echo 'Not pushed: looking whether the image is there already'; docker manifest inspect ${IMAGE} > /dev/null; }`,
        ],
      },
    },
  };
}
