/**
 * Text with the characters that would hide, reorder or steer it (controls, escape sequences, bidirectional marks)
 * spelled out: values of a history come from strangers, and stand in terminals and pages.
 */
export function visible(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
