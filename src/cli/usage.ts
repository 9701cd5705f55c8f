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
