/** What each shell reads to ask `loci __complete`, which knows commands, options and groups. */
export const SCRIPTS = {
  // Bash cuts words at colons, which groups have in their names, so the line is cut here, and what is before the last
  // colon is taken off what was found.
  bash: String.raw`_loci_complete() {
  local line="${"$"}{COMP_LINE:0:COMP_POINT}" word found candidate
  local -a words
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  word="${"$"}{words[-1]}"
  COMPREPLY=()
  while IFS= read -r candidate; do
    [[ $COMP_WORDBREAKS == *:* && $word == *:* ]] && candidate="${"$"}{candidate#"${"$"}{word%:*}:"}"
    printf -v found %q "$candidate"
    COMPREPLY+=("$found")
  done < <(loci __complete -- "${"$"}{words[@]:1}" 2>/dev/null)
}
complete -o default -F _loci_complete loci
`,
  zsh: String.raw`#compdef loci
_loci() {
  local -a found
  found=("${"$"}{(@f)$(loci __complete -- "${"$"}{(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found[1]" ]]; then compadd -a found; else _files; fi
}
compdef _loci loci
`,
  fish: String.raw`complete -c loci -f -a '(loci __complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
complete -c loci -n '__fish_seen_subcommand_from import export' -F
`,
  // Before 7.3 PowerShell drops empty arguments, so a word that has not begun is told by an option.
  powershell: String.raw`Register-ArgumentCompleter -Native -CommandName loci -ScriptBlock {
  param($word, $ast, $position)
  $words = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  $next = if ($word -eq '') { @('--next') } else { @() }
  loci __complete @next -- @words 2>$null | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}
`,
} as const;

export const SHELLS = Object.keys(SCRIPTS) as (keyof typeof SCRIPTS)[];
