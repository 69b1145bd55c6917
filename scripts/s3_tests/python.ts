import { CACHE_DIRECTORY } from "../services/service.ts";
import { run, tryRun } from "../services/shell.ts";

const PLACE = `${CACHE_DIRECTORY}/s3-tests`;
/** Debian 12's boto3 is too old to send most conditions and checksums. */
const REQUIREMENTS = [
  "boto3==1.40.72",
  "pytest==8.4.2",
  "pytest-xdist==3.8.0",
  "pytest-timeout==2.4.0",
  "munch==4.0.0",
  "isodate==0.7.2",
  "pytz==2025.2",
  "requests==2.32.5",
];

/** A Python that can run the suite; made at the first time. */
export async function suitePython(): Promise<string> {
  const python = `${PLACE}/bin/python`;
  const probe = "import boto3, pytest, xdist, pytest_timeout, munch, isodate, pytz, requests";
  if (!(await tryRun([python, "-c", probe])).success) {
    await run(["python3", "-m", "venv", PLACE]);
    await run([`${PLACE}/bin/pip`, "install", "--quiet", "--disable-pip-version-check", ...REQUIREMENTS]);
  }
  return python;
}
