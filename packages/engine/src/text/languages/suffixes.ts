/** A stemmer that takes one ending off, the first that fits and leaves at least `stemCharsMin` letters. */
export function suffixStemmer(endings: readonly string[], stemCharsMin: number): (word: string) => string {
  const byLength = endings.toSorted((a, b) => b.length - a.length);
  return (word) => {
    for (const ending of byLength) {
      if (word.length - ending.length >= stemCharsMin && word.endsWith(ending)) return word.slice(0, -ending.length);
    }
    return word;
  };
}
