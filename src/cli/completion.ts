/** `capwire completion`: what shells need to complete command lines. */

import { HELP_OPTIONS, parseArguments } from "./arguments.js";
import { FORMATS } from "./format.js";
import { BadArguments } from "./usage.js";

const USAGE = `Usage: capwire completion bash|zsh|fish

Prints a script that teaches the shell to complete capwire's commands, options and formats.

Examples:
  eval "$(capwire completion bash)"                                 # in ~/.bashrc
  eval "$(capwire completion zsh)"                                  # in ~/.zshrc, after compinit
  capwire completion fish > ~/.config/fish/completions/capwire.fish
`;

const SCHEMA = ["-I", "--import-path", "--no-standard-import"];

/** Options by command. test/cli checks that each command's help has them. */
export const COMPLETED_OPTIONS: { readonly [command: string]: readonly string[] } = {
  compile: [...SCHEMA, "-o", "--output", "--src-prefix", "--runtime"],
  convert: [...SCHEMA, "--quiet", "--segment-size", "--short"],
  decode: [...SCHEMA, "--flat", "-p", "--packed", "--quiet", "--short"],
  encode: [...SCHEMA, "--flat", "-p", "--packed", "--quiet", "--segment-size"],
  eval: [...SCHEMA, "-o", "--output", "-b", "--binary", "-p", "--packed", "--flat", "--segment-size", "--short"],
  types: ["-I", "--import-path", "--check", "--watch"],
  id: [],
  completion: [],
};

const CONVERSIONS = FORMATS.flatMap((from) => FORMATS.map((to) => `${from}:${to}`));

export async function completionCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments("completion", args, HELP_OPTIONS);
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const [shell, ...rest] = positionals;
  const script = shell !== undefined && rest.length === 0 && Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
  if (!script) throw new BadArguments("the shell is bash, zsh or fish", "capwire completion --help");
  process.stdout.write(script());
  return 0;
}

const SCRIPTS: { readonly [shell: string]: (() => string) | undefined } = { bash, zsh, fish };

function optionsOf(command: string): string {
  return [...COMPLETED_OPTIONS[command]!, "-h", "--help"].join(" ");
}

function bash(): string {
  const cases = Object.keys(COMPLETED_OPTIONS).map((command) => `    ${command}) options="${optionsOf(command)}" ;;`);
  return `_capwire() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}" options=""
  COMP_WORDBREAKS="\${COMP_WORDBREAKS//:/}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${Object.keys(COMPLETED_OPTIONS).join(" ")} --help --version" -- "$word"))
    return
  fi
  case "$command" in
${cases.join("\n")}
  esac
  case "$command:$previous" in
    *:-I|*:--import-path|*:--src-prefix) COMPREPLY=($(compgen -d -- "$word")); return ;;
    eval:-o|eval:--output) COMPREPLY=($(compgen -W "${FORMATS.join(" ")}" -- "$word")); return ;;
    convert:convert|convert:--quiet|convert:--short) options="$options ${CONVERSIONS.join(" ")}" ;;
    completion:*) options="bash zsh fish" ;;
  esac
  COMPREPLY=($(compgen -W "$options" -- "$word") $(compgen -f -X '!*.capnp' -- "$word") $(compgen -d -- "$word"))
}
complete -o filenames -F _capwire capwire
`;
}

function zsh(): string {
  const cases = Object.keys(COMPLETED_OPTIONS).map((command) => `    ${command}) options=(${optionsOf(command)}) ;;`);
  return `#compdef capwire
_capwire() {
  local -a options
  if (( CURRENT == 2 )); then
    compadd -- ${Object.keys(COMPLETED_OPTIONS).join(" ")} --help --version
    return
  fi
  case "\${words[2]}" in
${cases.join("\n")}
  esac
  case "\${words[2]}:\${words[CURRENT-1]}" in
    *:-I|*:--import-path|*:--src-prefix) _files -/; return ;;
    eval:-o|eval:--output) compadd -- ${FORMATS.join(" ")}; return ;;
    convert:convert|convert:--quiet|convert:--short) compadd -- ${CONVERSIONS.join(" ")} ;;
    completion:*) compadd -- bash zsh fish; return ;;
  esac
  compadd -- $options
  _files -g '*.capnp'
}
compdef _capwire capwire
`;
}

function fish(): string {
  const commands = Object.keys(COMPLETED_OPTIONS);
  const lines = [`complete -c capwire -n __fish_use_subcommand -f -a "${commands.join(" ")}"`];
  for (const command of commands) {
    const condition = `-n "__fish_seen_subcommand_from ${command}"`;
    for (const option of [...COMPLETED_OPTIONS[command]!, "-h", "--help"]) {
      lines.push(
        `complete -c capwire ${condition} ${option.startsWith("--") ? "-l" : "-s"} ${option.replace(/^-+/, "")}`,
      );
    }
  }
  lines.push(
    `complete -c capwire -n "__fish_seen_subcommand_from convert" -a "${CONVERSIONS.join(" ")}"`,
    `complete -c capwire -n "__fish_seen_subcommand_from completion" -f -a "bash zsh fish"`,
  );
  return `${lines.join("\n")}\n`;
}
