#!/bin/sh
# Says what uvicorn says, and answers as the course's API does. /starting and /answering may do something before.
host=127.0.0.1 port=8000 apps=0
while [ $# -gt 0 ]; do
  case $1 in
    --port) port=$2; shift ;;
    --host) host=$2; shift ;;
    -*) ;;
    *) apps=$((apps + 1)); [ $apps = 2 ] && echo "Error: Got unexpected extra arguments ($*)" >&2 && exit 2 ;;
  esac
  shift
done
if [ "$PWD" != /app ]; then echo 'ERROR:    Error loading ASGI app. Could not import module "app.main".' >&2; exit 1; fi
echo "INFO:     Started server process [$$]" >&2
echo "INFO:     Waiting for application startup." >&2
[ -f /starting ] && . /starting
echo "INFO:     Application startup complete." >&2
if [ "$(id -u)" != 0 ] && [ "$port" -lt "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" ]; then
  echo "ERROR:    [Errno 13] error while attempting to bind on address ('$host', $port): permission denied" >&2
  exit 1
fi
echo "INFO:     Uvicorn running on http://$host:$port (Press CTRL+C to quit)" >&2
trap 'exec tail /dev/zero' USR1
trap 'kill $!; exit 0' TERM INT
if [ "$host" = 0.0.0.0 ]; then nc -ll -p "$port" -e /bin/answer & else httpd -f -p "$host:$port" & fi
wait $!
