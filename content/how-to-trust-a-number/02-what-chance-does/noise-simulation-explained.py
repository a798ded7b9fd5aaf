import random
random.seed(3)                    # the same "chance" on every run, so that we can compare

def practice(patients):           # one practice with that many patients
    recovered = 0
    for _ in range(patients):     # go through the patients one by one
        if random.random() < 0.70:    # a number from 0 to 1: below 0.70 in 70 cases of 100
            recovered += 1            # ... so 70 patients in 100 get better
    share = recovered / patients  # for example 15 / 20 = 0.75
    return share, patients        # a pair: how good it looks, and how large it is

sizes = [20, 80, 320, 1280] * 10  # the four sizes, ten times over: 40 practices

results = []
for n in sizes:
    results.append(practice(n))

ranking = sorted(results, reverse=True)   # pairs sort by their first part: best share first

best, worst = ranking[:4], ranking[-4:]   # [:4] is the first four, [-4:] the last four
print("top:   ", [f"{share:.0%} of {n}" for share, n in best])    # .0% writes 0.75 as 75%
print("bottom:", [f"{share:.0%} of {n}" for share, n in worst])
