package org.vocabeam.models.graph;

import com.sun.jna.NativeLibrary;

/**
 * Environment of the process as native libraries see it. They read some of their settings there
 * alone, when they are loaded, and Java cannot change its own environment.
 */
final class NativeEnvironment {
  private NativeEnvironment() {}

  /** Sets a variable, unless the user has set it. */
  static void setDefault(String name, String value) {
    int keep = 0;
    NativeLibrary.getProcess().getFunction("setenv").invokeInt(new Object[] {name, value, keep});
  }

  /** Returns a variable, or null. */
  static String get(String name) {
    return NativeLibrary.getProcess()
        .getFunction("getenv")
        .invokeString(new Object[] {name}, false);
  }
}
