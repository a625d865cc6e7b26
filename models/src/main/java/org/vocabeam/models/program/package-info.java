/**
 * Programs: SavedModels with several signatures on one session, authored here and run by DJL.
 *
 * <p>A program holds no values. TensorFlow-Java's exporter would first initialise and save every
 * variable (gigabytes for a large network with teacher and momentum); the graph alone is written
 * instead, and state goes in and out by the signatures {@code write_state} and {@code read_state}.
 */
package org.vocabeam.models.program;
