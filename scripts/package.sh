# ./dev package: a relocatable tarball, a .deb, a Python wheel and an OCI image, with the engine and its extensions
# inside, and a bill of what they are made of. Sourced.
# The same build makes the same bytes.

package_home=$root/build/package

# bundled_libraries PROGRAM: the paths of all that it loads but the C library, which has to be the machine's,
# and the engine
bundled_libraries() {
  ldd "$1" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' |
    grep -vE '/(lib(c|m|dl|pthread|resolv|rt)\.so\.[0-9]+|libduckdb\.so)$' | sort
}

# stage_program TREE: program, engine and extensions; TREE has the folders of /usr
stage_program() {
  local tree=$1 home=$1/lib/cadenza name
  mkdir -p "$tree/bin" "$home/extensions"
  install -m 755 "$(readlink -f "$root/build/cadenza")" "$tree/bin/cadenza"
  strip --strip-unneeded "$tree/bin/cadenza"
  # The older tag counts for the libraries of the libraries too.
  # shellcheck disable=SC2016  # $ORIGIN is the loader's
  patchelf --force-rpath --set-rpath '$ORIGIN/../lib/cadenza' "$tree/bin/cadenza"
  install -m 644 "$deps/duckdb/libduckdb.so" "$home/"
  strip --strip-unneeded "$home/libduckdb.so"
  # An extension's signature stands behind its ELF part: strip would cut it off.
  for name in "$deps"/duckdb/extensions/*; do install -m 644 "$name" "$home/extensions/"; done
}

# stage_texts TREE: what the program says about itself, and the documents
stage_texts() {
  local tree=$1 program=$root/build/cadenza doc=$1/share/doc/cadenza
  mkdir -p "$tree"/share/{man/man1,bash-completion/completions,zsh/vendor-completions,fish/vendor_completions.d} "$doc/docs"
  "$program" manual | gzip -9n >"$tree/share/man/man1/cadenza.1.gz"
  "$program" manual --list | while read -r command; do
    "$program" manual "$command" | gzip -9n >"$tree/share/man/man1/cadenza-$command.1.gz"
  done
  "$program" completion bash >"$tree/share/bash-completion/completions/cadenza"
  "$program" completion zsh >"$tree/share/zsh/vendor-completions/_cadenza"
  "$program" completion fish >"$tree/share/fish/vendor_completions.d/cadenza.fish"
  install -m 644 "$root"/{README.md,CHANGELOG.md,LICENSE,dl.cfg.example} "$root/scripts/package/copyright" "$doc/"
  install -m 644 "$package_home/cadenza-$version.cdx.json" "$doc/"
  cp -r "$root/docs/." "$doc/docs/"
  mkdir "$doc/notebooks"
  install -m 644 "$root"/notebooks/*.ipynb "$doc/notebooks/"
}

# stage_licences TREE: of the archives that are linked into the program, and of what the dashboard stands on
stage_licences() {
  local folder=$1/share/doc/cadenza/licences path owner
  mkdir -p "$folder"
  # -dev packages share the licence of their library.
  linked_archives | while read -r path; do
    owner=$(owner_of "$path")
    [[ $owner == libgtest-dev ]] || install -m 644 "/usr/share/doc/$owner/copyright" "$folder/$owner"
  done
  install -m 644 "$deps"/dashboard/licences/* "$folder/"
}

# stage_libraries TREE: the system's libraries, with the licences under which Debian hands them out
stage_libraries() {
  local tree=$1 path owner
  mkdir -p "$tree/share/doc/cadenza/licences"
  while read -r path; do
    install -m 644 "$(readlink -f "$path")" "$tree/lib/cadenza/$(basename "$path")"
    owner=$(owner_of "$path")
    [[ -r /usr/share/doc/$owner/copyright ]] || die "no licence for $path, which is of the package ${owner:-unknown}"
    install -m 644 "/usr/share/doc/$owner/copyright" "$tree/share/doc/cadenza/licences/$owner"
  done < <(bundled_libraries "$root/build/cadenza")
}

# owner_of PATH: the Debian package; /lib is a link to /usr/lib, and packages name either
owner_of() {
  { dpkg-query -S "$1" "/usr$1" "${1#/usr}" 2>/dev/null || true; } | sed 's/:.*//' | head -n 1
}

# fixed_rights TREE: whatever the umask, and whatever a file had before
fixed_rights() {
  find "$1" -type d -exec chmod 755 {} +
  find "$1" -type f -exec chmod 644 {} +
  chmod 755 "$1"/bin/*
}

make_tarball() {
  local machine name tree
  machine=$(uname -m)
  name=cadenza-$version-linux-$machine
  tree=$package_home/stage/$name
  stage_program "$tree"
  stage_licences "$tree"
  stage_libraries "$tree"
  stage_texts "$tree"
  fixed_rights "$tree"
  tar -C "$package_home/stage" --sort=name --format=gnu --mtime="@$SOURCE_DATE_EPOCH" \
    --owner=0 --group=0 --numeric-owner -cf - "$name" | gzip -n >"$package_home/$name.tar.gz"
}

# library_packages TREE: the Depends field, as Debian's own tool finds it
library_packages() {
  local work=$package_home/shlibdeps
  mkdir -p "$work/debian"
  printf 'Source: cadenza\n\nPackage: cadenza\nArchitecture: any\n' >"$work/debian/control"
  (cd "$work" && dpkg-shlibdeps -O --ignore-missing-info "-l$1/lib/cadenza" "$1/bin/cadenza" 2>shlibdeps.log) |
    sed -n 's/^shlibs:Depends=//p'
}

make_deb() {
  local arch tree=$package_home/stage/deb depends
  arch=$(dpkg --print-architecture)
  stage_program "$tree/usr"
  stage_licences "$tree/usr"
  stage_texts "$tree/usr"
  fixed_rights "$tree/usr"
  depends=$(library_packages "$tree/usr")
  [[ -n $depends ]] || die "dpkg-shlibdeps found no packages: $package_home/shlibdeps/shlibdeps.log"
  mkdir -p "$tree/DEBIAN"
  sed -e "s/@version@/$version/" -e "s/@arch@/$arch/" -e "s/@depends@/$depends/" \
    -e "s/@size@/$(du -sk --apparent-size "$tree/usr" | cut -f1)/" "$root/scripts/package/control" >"$tree/DEBIAN/control"
  (cd "$tree" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
  chmod 755 "$tree" "$tree/DEBIAN"
  chmod 644 "$tree"/DEBIAN/*
  dpkg-deb --root-owner-group -Zzstd -z9 --build "$tree" "$package_home/cadenza_${version}_$arch.deb" >/dev/null
}

# make_wheel: the Python package around the program of the tarball
make_wheel() {
  python3 "$root/scripts/package/wheel.py" "$root/python/src/cadenza" \
    "$package_home/stage/cadenza-$version-linux-$(uname -m)" "$version" "$package_home"
}

# make_image: for podman, docker, Kubernetes; around the tree of the tarball
make_image() {
  python3 "$root/scripts/package/image.py" "$package_home/stage/cadenza-$version-linux-$(uname -m)" "$version" "$package_home"
}

# linked_archives: the static libraries that the program is linked with, one a line
linked_archives() {
  grep -o '/usr/lib/[^ ]*\.a' "$root/build/build.ninja" | sort -u
}

# make_bill OUT: the software bill of materials, CycloneDX
make_bill() {
  local archives=$package_home/archives.txt
  linked_archives >"$archives"
  python3 "$root/scripts/package/bill_of_materials.py" "$version" "$pins" "$root/build/cadenza" "$archives" "$1"
  rm "$archives"
}

write_sums() {
  local file
  for file in *.tar.gz *.deb *.whl *-oci-*.tar; do sha256sum "$file" >"$file.sha256"; done
}

package() {
  local started version
  ensure_packages package.apt
  build_product
  started=$(now_ms)
  version=$("$root/build/cadenza" --version | cut -d' ' -f2)
  # All times in the packages: of the commit, unless told.
  export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct)}
  rm -rf "$package_home"
  mkdir -p "$package_home/stage"
  make_bill "$package_home/cadenza-$version.cdx.json"
  make_tarball
  make_deb
  make_wheel
  make_image
  (cd "$package_home" && write_sums)
  rm -rf "$package_home/stage"
  echo "packages in build/package after $(seconds_since "$started") s:"
  (cd "$package_home" && du -h ./*.tar.gz ./*.deb ./*.whl ./*-oci-*.tar ./*.cdx.json | sed 's|\./||')
}
