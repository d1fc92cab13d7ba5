#!/bin/sh
# Runs a program that can change nothing of this machine: the files are read-only, /tmp and /dev belong to the program, no network
# but loopback exists, and no process of the program outlives it. Started by sandbox.ts inside new namespaces, as their root.
#
# Usage: confine.sh <empty directory> <project> <tree> <output directory> <program> [argument...]
set -e
root=$1 project=$2 tree=$3 output=$4
shift 4

readonly_bind() {
  mount --bind "$1" "$root$1"
  mount -o remount,bind,ro "$root$1"
}

ip link set lo up
mount --bind / "$root"
mount -o remount,bind,ro "$root"
mount -t proc -o ro proc "$root/proc"
mount -t tmpfs -o size=1g,mode=1777 tmpfs "$root/tmp"

mount -t tmpfs -o size=64m,mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir -m 1777 "$root/dev/shm"
mkdir "$root/dev/pts"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"

# Without a network, a name server would not answer, and an unknown name would be a passing failure.
if test -f /etc/nsswitch.conf; then
  printf 'hosts: files\n' > "$root/dev/nsswitch.conf"
  mount --bind "$root/dev/nsswitch.conf" "$root/etc/nsswitch.conf"
fi

# These may lie below /tmp, or on another file system than /.
for directory in "$project" "$tree" "$output"; do
  test -d "$root$directory" || mkdir -p "$root$directory"
done
readonly_bind "$project"
readonly_bind "$tree"
mount --bind "$output" "$root$output"

# Not exec: the shell stays process 1, whose signals have other rules and which ends the processes that are left.
unshare --root="$root" --wd="$tree" "$@"
