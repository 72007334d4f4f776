-- tests/cli/install_spec.lua: cfgrun as a package manager and a foreign project meet it: installed, found, linked, packed.

local cli = dofile "tests/cli/support.lua"

describe("an installed cfgrun", function()
  local build = cli.program:match "^(.*)/[^/]*$"
  local here, plain

  --- Is this the build of a release, without sanitizers, with both libraries made?
  local function ready()
    local cache = cli.exists(build .. "/CMakeCache.txt") and cli.read(build .. "/CMakeCache.txt") or ""
    return cache:find "\nCFR_SANITIZE:STRING=\n" ~= nil and cli.exists(build .. "/libcfgrun.so")
      and cli.exists(build .. "/libcfgrun.a")
  end

  local function has(program)
    return cli.shell(".", "command -v " .. program).status == 0
  end

  local function must(line)
    local r = cli.shell(here, line)
    assert.equal(0, r.status, line .. "\n" .. r.out .. r.err)
    return r.out
  end

  setup(function()
    plain = ready()
    here = cli.folder()
    if plain then
      must(("cmake --install '%s' --prefix '%s/prefix'"):format(build, here))
    end
  end)
  teardown(function()
    cli.remove(here)
  end)

  local function case(name, needs, body)
    it(name, function()
      if not plain then
        pending "only a release build is installed"
      end
      for _, program in ipairs(needs) do
        if not has(program) then
          pending(program .. " is not installed")
        end
      end
      body()
    end)
  end

  case("has the program, which runs from there", {}, function()
    assert.truthy(must("prefix/bin/cfgrun version"):find "^cfgrun %d")
  end)

  case("starts with few libraries, and has of OpenSSL no more than SHA-256", { "nm", "readelf" }, function()
    local cache = cli.read(build .. "/CMakeCache.txt")
    local folder = cache:match "\nOPENSSL_CRYPTO_LIBRARY:FILEPATH=([^\n]*)/"
    if not cache:find "\nCFR_ARCHIVES:STRING=crypto;lmdb\n" or not (folder and cli.exists(folder .. "/libcrypto.a")) then
      pending "the program was built without archives"
    end
    local needed = must "readelf -d prefix/bin/cfgrun"
    for _, name in ipairs { "crypto", "lmdb", "pthread", "edit", "tinfo", "bsd" } do
      assert.falsy(needed:find("[lib" .. name .. ".so", 1, true), name)
    end
    local names = must "nm prefix/bin/cfgrun"
    assert.truthy(names:find " T SHA256_Update\n")
    for _, prefix in ipairs { "EVP_", "CRYPTO_malloc", "ERR_", "BN_", "OPENSSL_init" } do
      assert.falsy(names:find(" " .. prefix, 1, true), prefix)
    end
  end)

  case("exports cfr_ functions alone, under a soname", { "nm", "readelf" }, function()
    local names = must "nm -D --defined-only prefix/lib/libcfgrun.so"
    local count = 0
    for name in names:gmatch " T (%S+)" do
      count = count + 1
      assert.truthy(name:find "^cfr_[^_]", name)
    end
    assert.truthy(count > 100)
    assert.falsy(names:find " [BDVW] ", "no data and no weak symbols")
    assert.truthy(must("readelf -d prefix/lib/libcfgrun.so"):find "soname: %[libcfgrun%.so%.0%]")
  end)

  case("is found by pkg-config, shared and static", { "pkg-config", "gcc" }, function()
    local source = "'" .. cli.root .. "/tests/consumer/main.c'"
    local config = 'PKG_CONFIG_PATH="$PWD/prefix/lib/pkgconfig" pkg-config '
    must("gcc -std=c17 -Wall -Wextra -Wpedantic -Werror " .. source .. " -o shared $(" .. config .. "--cflags --libs cfgrun)")
    local said = must 'LD_LIBRARY_PATH="$PWD/prefix/lib" ./shared'
    assert.truthy(said:find "^cfgrun %d[%d.]*, port 8080, {\"server\":{\"port\":8080}}\n$", said)
    for _, example in ipairs { "embed", "edit" } do
      must(("gcc -std=c17 -Wall -Wextra -Wpedantic -Werror '%s/examples/%s/%s.c' -o %s $("):format(cli.root, example, example,
        example) .. config .. "--cflags --libs cfgrun)")
    end
    cli.write(here .. "/app.yaml", "server: {port: 80} # here\n")
    assert.equal("server: {port: 81} # here\n",
      must 'LD_LIBRARY_PATH="$PWD/prefix/lib" ./edit app.yaml /server/port 81 2>/dev/null')
    must("gcc -std=c17 " .. source .. " -o static -Wl,-Bstatic $(" .. config .. "--cflags --libs cfgrun) -Wl,-Bdynamic $("
      .. config .. "--static --libs cfgrun | sed 's/-lcfgrun//')")
    assert.equal(said, must "./static")
  end)

  case("may be moved, to a folder with a space in its name too", { "pkg-config", "gcc" }, function()
    must "cp -a prefix 'moved away'"
    must(('export PKG_CONFIG_PATH="$PWD/moved away/lib/pkgconfig"; mv prefix hidden; eval "gcc -std=c17 '
      .. "'%s/tests/consumer/main.c' -o moved $(pkg-config --cflags --libs cfgrun)\"; s=$?; mv hidden prefix; exit $s"):format(
      cli.root))
    assert.truthy(must('LD_LIBRARY_PATH="$PWD/moved away/lib" ./moved'):find "port 8080")
  end)

  case("is found by a CMake project in C and C++", { "cmake", "g++", "pkg-config" }, function()
    must(("cmake -S '%s/tests/consumer' -B consumer -DCMAKE_PREFIX_PATH=\"$PWD/prefix\" && cmake --build consumer"):format(
      cli.root))
    assert.truthy(must("consumer/from_c"):find "port 8080")
    assert.equal("swarm 80 at 2:16\ndid you mean 'port'?\n", must "consumer/from_cpp")
  end)

  case("makes Debian packages that unpack and run", { "cpack", "dpkg-shlibdeps", "dpkg-deb" }, function()
    must(("cpack -G DEB --config '%s/CPackConfig.cmake' -B \"$PWD/packages\""):format(build))
    must "mkdir root && for p in packages/*.deb; do dpkg-deb -x $p root; done"
    assert.truthy(must("root/usr/bin/cfgrun version"):find "^cfgrun %d")
    assert.truthy(cli.exists(here .. "/root/usr/share/doc/libcfgrun0/copyright"))
    -- What lies in the program of others says so, as their licences want.
    local notices = cli.read(here .. "/root/usr/share/doc/cfgrun/copyright")
    for _, holder in ipairs { "Yann Collet", "Howard Chu", "The OpenSSL Project Authors", "OpenLDAP Public License" } do
      assert.truthy(notices:find(holder, 1, true), holder)
    end
    local depends = must "dpkg-deb -f packages/cfgrun_*.deb Depends"
    assert.truthy(depends:find "libyaml" and depends:find "liblua5.4" and depends:find "libpcre2", depends)
    assert.equal("libedit2", (must "dpkg-deb -f packages/cfgrun_*.deb Recommends":gsub("%s+$", "")))
    if has "lintian" then
      local r = cli.shell(here, "lintian --fail-on error packages/*.deb")
      assert.equal(0, r.status, r.out .. r.err)
    end
  end)
end)
