/** Selectors of LibreChat's page, which the stand-in's page shares. */
export const PROMPT = '#prompt-textarea';
const RESPONSE = '.agent-turn .message-content';

/** The last reply on the page, at a time when it changed. */
export interface State {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Number of replies on the page. */
  readonly responses: number;
  readonly words: readonly string[];
}

/** Runs in the page, so it is a string: the page does not share this program's environment. */
export const RECORDER = `{
  window.recordedStates = [];
  const look = () => {
    const responses = document.querySelectorAll(${JSON.stringify(RESPONSE)});
    const words = (responses[responses.length - 1]?.textContent ?? '').trim().split(/\\s+/).filter(Boolean);
    const last = window.recordedStates.at(-1);
    if (last?.responses === responses.length && last.words.join(' ') === words.join(' ')) return;
    window.recordedStates.push({ at: performance.timeOrigin + performance.now(), responses: responses.length, words });
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
}`;
