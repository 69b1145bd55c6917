/** Shells that a completion script can be written for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** One of {@link SHELLS}. */
export type Shell = typeof SHELLS[number];

/**
 * The script that makes a shell ask `<program> __complete -- WORD…` for what could come next; the last word is the
 * one being typed. One candidate comes back a line, `value` or `value<tab>what it is`. A candidate that begins with
 * a colon tells what the shell itself should offer: `:file` or `:directory`.
 */
export function completionScript(shell: Shell, program: string): string {
  return { bash, zsh, fish }[shell].replaceAll("PROGRAM", program);
}

// Words are cut at blanks only: bash would also cut at ":" and "=", which stand in artifact names and params.
const bash = `# bash completion for PROGRAM: eval "$(PROGRAM completions bash)"
_PROGRAM_complete() {
  local line="\${COMP_LINE:0:COMP_POINT}" current candidate prefix action path
  local -a words
  # Without -r, so that a blank behind a backslash does not end a word.
  read -a words <<< "$line"
  case "$line" in *\\\\[[:space:]]) ;; *[[:space:]]) words+=("") ;; esac
  current="\${words[\${#words[@]}-1]}"
  prefix=""
  # readline replaces only what follows the last word break, so the part before it is left out of each candidate.
  case "$current" in
    *[:=]*) [[ "$COMP_WORDBREAKS" == *[:=]* ]] && prefix="\${current%"\${current##*[:=]}"}" ;;
  esac
  COMPREPLY=()
  while IFS=$'\\t' read -r candidate _; do
    case "$candidate" in
      :file | :directory)
        # A path stays one word where it has blanks, and readline quotes it.
        compopt -o filenames 2>/dev/null
        [[ $candidate == :file ]] && action=-f || action=-d
        while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen "$action" -- "$current")
        ;;
      *) COMPREPLY+=("\${candidate#"$prefix"}") ;;
    esac
  done < <("\${words[0]}" __complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -o nosort -F _PROGRAM_complete PROGRAM 2>/dev/null || complete -F _PROGRAM_complete PROGRAM
`;

const zsh = `#compdef PROGRAM
# zsh completion for PROGRAM: eval "$(PROGRAM completions zsh)"
_PROGRAM() {
  local -a lines values
  local line value
  lines=("\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $lines; do
    value="\${line%%$'\\t'*}"
    case "$value" in
      :file) _files ;;
      :directory) _files -/ ;;
      ?*)
        value="\${value//:/\\\\:}"
        if [[ "$line" == *$'\\t'* ]]; then values+=("$value:\${line#*$'\\t'}"); else values+=("$value"); fi
        ;;
    esac
  done
  (( \${#values} )) && _describe -V 'PROGRAM' values
}
if [[ "\${funcstack[1]}" == _PROGRAM ]]; then _PROGRAM "$@"; else compdef _PROGRAM PROGRAM; fi
`;

const fish = `# fish completion for PROGRAM: PROGRAM completions fish | source
function __PROGRAM_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in ($words[1] __complete -- $words[2..-1] 2>/dev/null)
        switch $line
            case ':file'
                __fish_complete_path (commandline -ct)
            case ':directory'
                __fish_complete_directories (commandline -ct)
            case '*'
                printf '%s\\n' $line
        end
    end
end
complete -c PROGRAM -f -k -a '(__PROGRAM_complete)'
`;
