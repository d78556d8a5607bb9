/** Redis' glob patterns (`*`, `?`, `[a-z]`, backslash) as a regular expression. */
export function globToRegExp(pattern: string): RegExp {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i];
    const close = char === '[' ? pattern.indexOf(']', i + 1) : -1;
    if (char === '*') {source += '[^]*';} else if (char === '?') {source += '[^]';} else if (close > 0) {
      source += `[${pattern.slice(i + 1, close).replace(/\\/g, '\\\\')}]`;
      i = close;
    } else {
      if (char === '\\' && i + 1 < pattern.length) i++;
      source += pattern[i].replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    }
  }
  return new RegExp(`^${source}$`);
}
