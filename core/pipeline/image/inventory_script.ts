/**
 * What is run once in an image to read out what is inside: POSIX sh with as few other programs as can be, no
 * network, nothing written. Each line is a kind and its fields, separated by tabs; a field never begins a line, so
 * that no package can pretend to be another line.
 *
 * | Line | Fields |
 * |---|---|
 * | `os` | `KEY=value` of os-release |
 * | `deb` | name, version, architecture, dpkg's state |
 * | `apk` | name, version, architecture |
 * | `rpm` | name, version-release with epoch, architecture |
 * | `pip` | name, version |
 * | `conda` | name of the file in conda-meta: `name-version-build` |
 * | `tool` | name, first line of what it says of its version |
 * | `end` | none: the script came to its end |
 */
export const INVENTORY_SCRIPT = String.raw`
LC_ALL=C; export LC_ALL
have() { command -v "$1" >/dev/null 2>&1; }
while IFS= read -r line; do printf 'os\t%s\n' "$line"; done 2>/dev/null < /etc/os-release
have dpkg-query && dpkg-query -W -f='deb\t${"$"}{Package}\t${"$"}{Version}\t${"$"}{Architecture}\t${"$"}{db:Status-Status}\n' 2>/dev/null
if [ -r /lib/apk/db/installed ]; then
  n=; v=; a=
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      P:*) n=${"$"}{line#P:};;
      V:*) v=${"$"}{line#V:};;
      A:*) a=${"$"}{line#A:};;
      '') [ -n "$n" ] && printf 'apk\t%s\t%s\t%s\n' "$n" "$v" "$a"; n=; v=; a=;;
    esac
  done < /lib/apk/db/installed
  [ -n "$n" ] && printf 'apk\t%s\t%s\t%s\n' "$n" "$v" "$a"
fi
have rpm && rpm -qa --qf 'rpm\t%{NAME}\t%{EVR}\t%{ARCH}\n' 2>/dev/null
meta() {
  n=; v=
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      Name:*) n=${"$"}{line#Name:};;
      Version:*) v=${"$"}{line#Version:};;
      '') break;;
    esac
    [ -n "$n" ] && [ -n "$v" ] && break
  done 2>/dev/null < "$1"
  [ -n "$n" ] && printf 'pip\t%s\t%s\n' "$n" "$v"
}
conda() { f=${"$"}{1##*/}; printf 'conda\t%s\n' "${"$"}{f%.json}"; }
if have find; then
  find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path '/opt/conda/pkgs' \) -prune -o \
    \( -path '*.dist-info/METADATA' -o -path '*.egg-info/PKG-INFO' -o -path '*.egg-info' -type f -o \
    -path '*/conda-meta/*.json' \) -print 2>/dev/null |
  while IFS= read -r f; do
    case $f in
      */conda-meta/*.json) conda "$f";;
      *) meta "$f";;
    esac
  done
else
  for d in /usr/lib /usr/lib64 /usr/local/lib /usr/local/lib64 /opt/*/lib; do
    for p in "$d"/python3*/site-packages "$d"/python3*/dist-packages; do
      for f in "$p"/*.dist-info/METADATA "$p"/*.egg-info/PKG-INFO "$p"/*.egg-info; do
        [ -f "$f" ] && meta "$f"
      done
    done
  done
  for f in /opt/*/conda-meta/*.json; do [ -f "$f" ] && conda "$f"; done
fi
for name in python3 R julia node; do
  have "$name" || continue
  { "$name" --version 2>&1 </dev/null || :; } | { IFS= read -r line || :; printf 'tool\t%s\t%s\n' "$name" "$line"; }
done
printf 'end\n'
`;
