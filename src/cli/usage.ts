/** Command lines that make no sense. */

import { CapwireError } from "../errors.js";

/** The user called a command with arguments it does not take. Exit code 2. */
export class BadArguments extends CapwireError {
  readonly code = "bad-arguments";

  /** `help` is the command line that shows what is possible. */
  constructor(message: string, help: string) {
    super(`${message}\nTry \`${help}\`.`);
    this.name = "BadArguments";
  }
}

/** The bytes or text that a command was given are not what they should be. Exit code 1. */
export class BadInput extends CapwireError {
  readonly code = "bad-input";

  constructor(message: string) {
    super(message);
    this.name = "BadInput";
  }
}
