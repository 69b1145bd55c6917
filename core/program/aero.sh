#!/bin/sh
# The `aero` command as a program sees it inside a run. Needs a POSIX shell and nothing else.
set -u
LC_ALL=C

usage() {
  printf '%s\n' >&2 \
    'aero inside a run:' '' \
    '  aero log NAME=NUMBER... [--step N]   report metrics: aero log loss=0.1 acc=0.9 --step 3' '' \
    'Params are in the JSON file $AERO_PARAMS, inputs in $AERO_INPUTS/<name>/, outputs go to $AERO_OUTPUTS/<name>/.' \
    'All other commands of aero are for outside of a run.'
  exit 2
}

refuse() {
  printf 'error: Cannot log %s\ncause: %s\n' "$1" "$2" >&2
  exit 2
}

# Sets `number` to the JSON form of $2, a number as people and programs print it.
read_number() {
  rest=$2
  sign=
  case $rest in
    [+-]*)
      [ "${rest%"${rest#?}"}" = - ] && sign=-
      rest=${rest#?}
      ;;
  esac
  case $rest in
    [nN][aA][nN]) number='"NaN"' && return ;;
    [iI][nN][fF] | [iI][nN][fF][iI][nN][iI][tT][yY]) number="\"${sign}Infinity\"" && return ;;
  esac
  mantissa=$rest
  exponent=
  case $rest in
    *[eE]*)
      mantissa=${rest%%[eE]*}
      exponent=${rest#*[eE]}
      digits=${exponent#[+-]}
      case $digits in '' | *[!0-9]*) refuse "\"$1\"" "\"$2\" is not a number" ;; esac
      exponent=e$exponent
      ;;
  esac
  whole=${mantissa%%.*}
  fraction=
  case $mantissa in *.*) fraction=${mantissa#*.} ;; esac
  case $whole$fraction in '' | *[!0-9]*) refuse "\"$1\"" "\"$2\" is not a number" ;; esac
  # JSON has neither leading zeros nor a bare point.
  while :; do
    case $whole in
      0?*) whole=${whole#0} ;;
      *) break ;;
    esac
  done
  number=$sign${whole:-0}${fraction:+.$fraction}$exponent
}

# Sets `quoted` to the JSON form of the text $1.
quote() {
  case $1 in
    *[[:cntrl:]]*) refuse 'a metric' 'its name has a control character' ;;
  esac
  rest=$1
  quoted=
  while [ -n "$rest" ]; do
    character=${rest%"${rest#?}"}
    rest=${rest#?}
    case $character in
      \" | \\) quoted=$quoted\\$character ;;
      *) quoted=$quoted$character ;;
    esac
  done
  quoted=\"$quoted\"
}

[ "${1-}" = log ] || usage
shift
[ $# -gt 0 ] || usage

step=
members=
while [ $# -gt 0 ]; do
  case $1 in
    --step | --step=*)
      if [ "$1" = --step ]; then
        [ $# -gt 1 ] || refuse 'metrics' '--step is given without a number'
        shift
        value=$1
      else
        value=${1#--step=}
      fi
      read_number step "$value"
      case $number in \"*) refuse '"step"' "\"$value\" is not a finite number" ;; esac
      step="\"step\":$number,"
      ;;
    -*) usage ;;
    *=*)
      # The last `=` divides: a name may hold one, a number cannot.
      name=${1%=*}
      case $name in
        '') refuse "\"$1\"" 'the name is missing' ;;
        step) refuse '"step"' 'a metric cannot have this name; give --step' ;;
      esac
      read_number "$name" "${1##*=}"
      quote "$name"
      members=$members,$quoted:$number
      ;;
    *) refuse "\"$1\"" 'a metric is written NAME=NUMBER' ;;
  esac
  shift
done
[ -n "$members" ] || refuse 'metrics' 'no NAME=NUMBER is given'

if [ -z "${AERO_METRICS-}" ]; then
  refuse 'metrics' 'this is not in an aero run (AERO_METRICS is not set): start it by `aero run` or `aero dev`'
fi
# printf writes once, at the end of the file: lines of several writers do not mix.
printf '{%s%s}\n' "$step" "${members#,}" >>"$AERO_METRICS"
