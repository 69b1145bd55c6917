/** A login of a netrc file. */
export interface NetrcLogin {
  readonly machine: string;
  readonly password: string;
}

/**
 * The logins of a netrc file, in order; an entry `default` is left out, since a key of one service is none of another.
 *
 * @see {@link https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html}
 */
export function parseNetrc(text: string): NetrcLogin[] {
  const words = text.split("\n").filter((line) => !line.trimStart().startsWith("#")).join("\n").split(/\s+/);
  const logins: NetrcLogin[] = [];
  let machine: string | undefined;
  for (let i = 0; i < words.length; i++) {
    if (words[i] === "machine") machine = words[++i];
    else if (words[i] === "default") machine = undefined;
    else if (words[i] === "login" || words[i] === "account") i++;
    else if (words[i] === "password") {
      const password = words[++i];
      if (machine !== undefined && password !== undefined) logins.push({ machine, password });
    }
  }
  return logins;
}

/** The password for the host of an address; an entry with its port comes before one without. */
export function passwordFor(url: URL, logins: readonly NetrcLogin[]): string | undefined {
  for (const name of [url.host, url.hostname]) {
    const login = logins.find(({ machine }) => machine === name);
    if (login !== undefined) return login.password;
  }
  return undefined;
}
