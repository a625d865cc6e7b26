/**
 * Programs: SavedModels with several signatures on one session, authored here and run by DJL.
 *
 * <p>A program holds no values. TensorFlow-Java's exporter would first initialise and save every
 * variable (gigabytes for a large network with teacher and momentum); the graph alone is written
 * instead, and state goes in and out by the signatures {@code write_state} and {@code read_state}.
 *
 * <p>A GPU is chosen when a program is written: its operations carry the device's name. Which one
 * is decided by {@link org.vocabeam.models.program.Gpus}, the process's list of those that it was
 * given and of what is on them; Flink hands external resources to its own functions but not to
 * Beam's, so a TaskManager's plugin leaves them in a system property. A slot is not known here
 * either: with as many slots as GPUs, programs that run at the same time are on different ones, and
 * with one of each to a TaskManager, as on Kubernetes, a slot is a GPU.
 */
package org.vocabeam.models.program;
