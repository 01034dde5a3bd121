# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# oci.bash - an image of a registry, a directory or an archive: skopeo brings it, umoci unpacks it, in the box
#
# Blobs are checked against their digests by both.  Layers are looked through by sift.py before.

OPTIONS["oci"]="tls-verify= devices seal erofs replace digest= arch="
USAGE["oci"]="oci [OPTION...] REF [NAME]

An OCI or docker image, with a spec made of its config.

  REF                 docker://HOST/NAME:TAG, oci:DIR:TAG, docker-archive:FILE, dir:DIR, or another one that
                      skopeo knows; without a transport: docker://
  NAME                of the image (default: the last part of REF)
  --arch ARCH         of an image for several architectures (default: this machine's)
  --tls-verify false  for a registry on this machine, which has no certificate
  --devices           device nodes may be in it
  --seal              remove machine id, host keys, random seed, leases, logs and caches
  --erofs             one read-only file, rootfs.erofs, instead of a directory
  --replace           take the place of an image of that name
  --digest sha256:…   fail unless that is the digest of the tree"

oci_plan() {
	local name
	wants 1 2
	needs skopeo skopeo
	needs umoci umoci
	REF=${ARGS[0]}
	[[ $REF =~ ^(docker|oci|oci-archive|docker-archive|docker-daemon|dir|containers-storage): ]] || REF=docker://$REF
	case ${OPT[tls-verify]-true} in
	true | false) ;;
	*) misuse "oci: --tls-verify is true or false" ;;
	esac
	name=${REF#*:}
	name=${name%@*}
	case $REF in
	docker-archive:*) name=$(name_from "${name%%:*}") ;;
	*)
		name=${name%"${name##*[!/]}"}
		name=${name##*/}
		name=${name%%:*} ;;
	esac
	IMAGE=${ARGS[1]:-$name}
	[ -z "${OPT[seal]-}" ] || SEALED=1
}

oci_build() {
	local skopeo=(skopeo)
	[ -z "${OPT[arch]-}" ] || skopeo+=(--override-arch "${OPT[arch]}")
	LAYOUT=$BUILD/tmp/image
	tool skopeo
	tool umoci
	step "fetch" "${skopeo[@]}" copy --quiet --src-tls-verify="${OPT[tls-verify]-true}" "$REF" "oci:$LAYOUT:it"
	step "look through" look_through
	start_here "$(image_is_new)"
	step "unpack" unpack_image
	step "spec" config_to_spec
	rm -rf "$LAYOUT"
}

# blob DIGEST: its file
blob() {
	[[ $1 =~ ^sha256:[0-9a-f]{64}$ ]] || die "$REF: \"$1\" is not a digest"
	echo "$LAYOUT/blobs/sha256/${1#sha256:}"
}

look_through() {
	local manifest layer digest
	digest=$(jq -r '.manifests[0].digest' "$LAYOUT/index.json")
	manifest=$(blob "$digest")
	blob "$(jq -r .config.digest "$manifest")" > "$WORK/config"
	jq -n --arg ref "$REF" --arg digest "$digest" '{ref: $ref, manifest: $digest}' > "$WORK/source"
	jq -r '.layers[].digest' "$manifest" > "$WORK/layers"
	while read -r layer; do
		decompress < "$(blob "$layer")" | sift "$REF, layer ${layer:0:19}" --layer > /dev/null
	done < "$WORK/layers"
}

# 1 if the image may have been made in the last second
image_is_new() {
	local created
	created=$(date -d "$(jq -r '.created // "now"' "$(< "$WORK/config")")" +%s 2> /dev/null) || created=$EPOCHSECONDS
	echo $((EPOCHSECONDS - created < 2))
}

unpack_image() {
	mkdir -p "$BUILD/rootfs"
	BOX_MORE=$LAYOUT boxed umoci raw unpack --image /more:it /tree >&2
}

config_to_spec() {
	local config volumes
	config=$(< "$WORK/config")
	mapfile -t volumes < <(jq -r '.config.Volumes // {} | keys[] | select(test("\n") | not)' "$config")
	python3 -I "$LIB/in_image.py" "$BUILD/rootfs" "$(jq -r '.config.User // ""' "$config")" "${volumes[@]}" \
		> "$WORK/who"
	jq -r '.architecture // "unknown"' "$config" > "$WORK/architecture"
	jq --slurpfile who "$WORK/who" -f "$LIB/oci.jq" "$config" > "$WORK/spec"
}
